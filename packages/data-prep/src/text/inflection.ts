/** Verbs of two and more syllables with the stress on the last one, which double their consonant (`admitting`). */
const stressedAtEnd = new Set(
  (
    'admit allot annul begin commit compel confer control defer deter emit equip expel excel forget incur infer ' +
    'input occur offset omit outwit patrol permit prefer propel rebel recur refer regret remit repel submit transfer ' +
    'transmit upset format kidnap program zigzag handicap worship'
  ).split(' '),
);

const participleExceptions = new Map(
  Object.entries({
    be: 'being',
    see: 'seeing',
    flee: 'fleeing',
    free: 'freeing',
    agree: 'agreeing',
    dye: 'dyeing',
    singe: 'singeing',
    age: 'ageing',
    panic: 'panicking',
    mimic: 'mimicking',
    picnic: 'picnicking',
    traffic: 'trafficking',
    ski: 'skiing',
  }),
);

const thirdPersonExceptions = new Map(Object.entries({ be: 'is', have: 'has', do: 'does', go: 'goes' }));

const vowelGroups = (word: string) => word.match(/[aeiouy]+/g)?.length ?? 0;

/** One vowel and one consonant at the end, in a word of one syllable or stressed on the last: the consonant doubles. */
function doublesConsonant(verb: string): boolean {
  if (!/[aeiou][bcdfgklmnprstvz]$/.test(verb) || /[aeiou]{2}.$/.test(verb)) {
    return /^qui[tz]$/.test(verb);
  }
  return vowelGroups(verb) === 1 || stressedAtEnd.has(verb);
}

/** `bake` -> `baking`, `run` -> `running`, `tie` -> `tying`. Rules for regular English verbs plus a list of exceptions. */
export function presentParticiple(verb: string): string {
  const known = participleExceptions.get(verb);
  if (known !== undefined) return known;
  if (verb.endsWith('ie')) return `${verb.slice(0, -2)}ying`;
  if (/[^eoy]e$/.test(verb) && vowelGroups(verb) > (verb.length <= 2 ? 1 : 0))
    return `${verb.slice(0, -1)}ing`;
  if (doublesConsonant(verb)) return `${verb}${verb.at(-1)}ing`;
  return `${verb}ing`;
}

/** `bake` -> `bakes`, `carry` -> `carries`, `catch` -> `catches`. */
export function thirdPerson(verb: string): string {
  const known = thirdPersonExceptions.get(verb);
  if (known !== undefined) return known;
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ies`;
  if (/(?:s|x|z|ch|sh|[^aeiou]o)$/.test(verb)) return `${verb}es`;
  return `${verb}s`;
}

/** `cake` -> `cakes`, `box` -> `boxes`, `knife` -> `knives`; regular nouns and the common -f ones. */
export function plural(noun: string): string {
  if (/(?:kni|wi|li)fe$/.test(noun)) return `${noun.slice(0, -2)}ves`;
  if (/(?:shel|loa|thie|lea|wol|hal)f$/.test(noun)) return `${noun.slice(0, -1)}ves`;
  return thirdPerson(noun);
}

/** A key that the inflected forms of a regular word share: `baking`, `bakes`, `baked` and `bake` all give `bak`. */
export function stem(word: string): string {
  let root = word.toLowerCase().replace(/['’]s?$/, '');
  if (/ies$/.test(root) && root.length > 4) root = `${root.slice(0, -3)}y`;
  else if (/ves$/.test(root) && root.length > 4) root = `${root.slice(0, -3)}f`;
  else if (/(?:s|x|z|ch|sh|o)es$/.test(root) && root.length > 4) root = root.slice(0, -2);
  else if (/[^s]s$/.test(root) && root.length > 3) root = root.slice(0, -1);
  if (/ing$/.test(root) && root.length > 4 && /[aeiouy]/.test(root.slice(0, -3))) root = root.slice(0, -3);
  else if (/ed$/.test(root) && root.length > 4) root = root.slice(0, -2);
  if (/e$/.test(root) && root.length > 2) root = root.slice(0, -1);
  if (/([^aeiou])\1$/.test(root)) root = root.slice(0, -1);
  // panicking and panic, picking and pick.
  root = root.replace(/ck$/, 'c');
  if (/f$/.test(root)) root = `${root.slice(0, -1)}v`;
  return root.replace(/y$/, 'i');
}
