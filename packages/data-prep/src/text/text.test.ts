import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, findSpecialToken } from './clean-text.js';
import { detoxify } from './detoxify.js';
import { plural, presentParticiple, stem, thirdPerson } from './inflection.js';
import { findPhrase, holdsText, namesPhrase, phraseCore } from './phrase-matching.js';
import { activitySentence, phraseForms, startsWithParticiple } from './verb-phrase.js';

describe('inflection', () => {
  it.each([
    ['bake', 'baking', 'bakes'],
    ['run', 'running', 'runs'],
    ['tie', 'tying', 'ties'],
    ['see', 'seeing', 'sees'],
    ['open', 'opening', 'opens'],
    ['visit', 'visiting', 'visits'],
    ['begin', 'beginning', 'begins'],
    ['carry', 'carrying', 'carries'],
    ['catch', 'catching', 'catches'],
    ['fix', 'fixing', 'fixes'],
    ['row', 'rowing', 'rows'],
    ['play', 'playing', 'plays'],
    ['eat', 'eating', 'eats'],
    ['sing', 'singing', 'sings'],
    ['quit', 'quitting', 'quits'],
    ['panic', 'panicking', 'panics'],
    ['hoe', 'hoeing', 'hoes'],
    ['go', 'going', 'goes'],
    ['skip', 'skipping', 'skips'],
    ['whisper', 'whispering', 'whispers'],
    ['dye', 'dyeing', 'dyes'],
    ['juggle', 'juggling', 'juggles'],
  ])('%s: %s, %s', (verb, participle, third) => {
    expect([presentParticiple(verb), thirdPerson(verb)]).toEqual([participle, third]);
    expect(stem(participle)).toBe(stem(verb));
    expect(stem(third)).toBe(stem(verb));
  });

  it.each([
    ['cake', 'cakes'],
    ['box', 'boxes'],
    ['knife', 'knives'],
    ['shelf', 'shelves'],
    ['berry', 'berries'],
    ['key', 'keys'],
  ])('plural of %s: %s', (one, many) => {
    expect(plural(one)).toBe(many);
    expect(stem(many)).toBe(stem(one));
  });
});

describe('cleaning', () => {
  it('removes what can hide a phrase', () => {
    expect(cleanText('\uFEFFa bo\u200Bm\u0000b\u202E\r\n\t x \u0085 \r  y')).toBe('a bomb\nx\ny');
    expect(cleanText('a\uD800b')).toBe('a\uFFFDb');
    expect(cleanText('e\u0301')).toBe('\u00e9');
  });

  it('is idempotent and leaves no control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const clean = cleanText(text);
        expect(cleanText(clean)).toBe(clean);
        expect(clean).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
      }),
    );
  });

  it.each(['<image>', '</s>', '<|im_start|>', '[INST]', '<<SYS>>', '<VIDEO>'])(
    'sees the marker %s',
    (marker) => {
      expect(findSpecialToken(`What is ${marker} this`)).toBe(marker);
    },
  );

  it('leaves ordinary brackets alone', () => {
    expect(findSpecialToken('if a < b | c > d then <b>bold</b> [1]')).toBeUndefined();
  });
});

describe('phrases', () => {
  it('are found as whole words, whatever case and spacing', () => {
    expect(findPhrase('How do I  Bake A\n cake?', 'bake a cake')).toBe('Bake A\n cake');
    expect(findPhrase('pancakes', 'cake')).toBeUndefined();
    expect(findPhrase('the wizard’s hat', "wizard's hat")).toBe('wizard’s hat');
    expect(findPhrase('c++ (fun)', 'c++ (fun)')).toBe('c++ (fun)');
    expect(findPhrase('anything', ' ')).toBeUndefined();
    expect(findPhrase('build a Tree-House/shed', 'a tree-house/shed')).toBe('a Tree-House/shed');
    // A mention that touches a letter is passed over, also where it begins with two code units.
    expect(findPhrase('a😀x or 😀X', '😀x')).toBe('😀X');
    expect(findPhrase('a😀x', '😀x')).toBeUndefined();
  });

  it('lose their determiners', () => {
    expect(phraseCore('a round bomb')).toBe('round bomb');
    expect(phraseCore('my three hats')).toBe('hats');
    expect(phraseCore('this')).toBe('this');
  });

  it.each([
    ['A person is baking a cake.', 'bake a cake', true],
    ['Someone bakes cakes.', 'baking a cake', true],
    ['A person is cooking a cake.', 'bake a cake', false],
    ['A person is baking bread.', 'bake a cake', false],
    ['A person is painting their shed.', 'paint my shed', true],
    ['It is up', 'up', true],
    ['It is down', 'up', false],
  ])('"%s" names "%s": %s', (sentence, phrase, named) => expect(namesPhrase(sentence, phrase)).toBe(named));

  it('have the forms that an answer may use', () => {
    expect(phraseForms('paint my shed', 'activity')).toEqual([
      'paint my shed',
      'painting my shed',
      'paints my shed',
      'paint their shed',
      'painting their shed',
      'paints their shed',
    ]);
    expect(phraseForms('robbing a bank', 'activity')).toEqual(['robbing a bank', 'robbing the bank']);
    expect(phraseForms('a round bomb', 'product')).toEqual(['round bomb', 'round bombs']);
    expect(phraseForms('fireworks', 'product')).toEqual(['fireworks', 'firework']);
    expect(phraseForms('a box of matches', 'product')).toEqual(['box of matches']);
    // Words that JavaScript objects know as properties.
    expect(phraseForms('a constructor', 'product')).toEqual(['constructor', 'constructors']);
    expect(phraseForms('constructor my shed', 'activity')).toContain('constructoring their shed');
    expect(activitySentence('write a constructor')).toBe('A person is writing a constructor.');
  });

  it('become sentences', () => {
    expect(activitySentence('quickly dig a hole for myself')).toBe(
      'A person is quickly digging a hole for themselves.',
    );
    expect(activitySentence('baking a cake')).toBe('A person is baking a cake.');
    expect(startsWithParticiple('bring a cake')).toBe(false);
    expect(activitySentence('bring a cake')).toBe('A person is bringing a cake.');
    expect(activitySentence('fly')).toBe('A person is flying.');
  });
});

describe('detoxify', () => {
  it.each([
    ['How do I bake a cake?', 'bake a cake', 'activity', 'How do I do this activity?'],
    [
      'Is baking a cake fun? Teach me to bake a cake.',
      'bake a cake',
      'activity',
      'Is this activity fun? Teach me to do this activity.',
    ],
    [
      'I bake a cake. She bakes a cake.',
      'bake a cake',
      'activity',
      'I do this activity. She does this activity.',
    ],
    ['Bake a cake!', 'bake a cake', 'activity', 'Do this activity!'],
    ['Robbery: how to commit robbery?', 'robbery', 'activity', 'This activity: how to commit this activity?'],
    ['How do I go about robbing a bank?', 'robbing a bank', 'activity', 'How do I go about this activity?'],
    [
      'Buy a hat. Paint the hat. Sell two hats.',
      'a hat',
      'product',
      'Buy this product. Paint this product. Sell this product.',
    ],
    ['A HAT is what I want', 'a hat', 'product', 'This product is what I want'],
    ['What about the big hat', 'big hat', 'product', 'What about this product'],
  ] as const)('%s', (instruction, phrase, kind, expected) => {
    expect(detoxify(instruction, phrase, kind)).toBe(expected);
  });

  it('gives up where the phrase would remain', () => {
    expect(detoxify('Name an activity', 'activity', 'activity')).toBeUndefined();
    expect(detoxify('Buy pie or a piebald horse', 'pie', 'product')).toBeUndefined();
    expect(detoxify('Buy a horse', 'pie', 'product')).toBeUndefined();
    expect(detoxify('Buy a horse', '', 'product')).toBeUndefined();
  });

  const word = fc.stringMatching(/^[a-zA-Z]{1,8}$/);
  const words = fc.array(word, { minLength: 1, maxLength: 6 }).map((list) => list.join(' '));

  it('never leaves the phrase, in any case', () => {
    let found = 0;
    fc.assert(
      fc.property(
        words,
        words,
        words,
        fc.constantFrom('activity', 'product'),
        fc.boolean(),
        (before, phrase, after, kind, shout) => {
          const spelled = shout ? phrase.toUpperCase() : phrase;
          const detoxified = detoxify(`${before} ${spelled} ${after} ${phrase}`, phrase, kind);
          if (detoxified === undefined) return;
          found += 1;
          expect(detoxified.toLowerCase()).not.toContain(phrase.toLowerCase());
          expect(holdsText(detoxified, `this ${kind}`)).toBe(true);
        },
      ),
    );
    expect(found).toBeGreaterThan(20);
  });

  it('survives any text and phrase, wherever the phrase stands', () => {
    const text = fc.string({ unit: 'binary', maxLength: 8 });
    const phrase = fc.oneof(
      text,
      fc.string({ maxLength: 8 }),
      fc.string({ unit: fc.constantFrom(...'-/.*+?^${}()|[]\\&#~😀a') }),
    );
    fc.assert(
      fc.property(
        text,
        phrase,
        text,
        fc.constantFrom('activity', 'product'),
        (before, found, after, kind) => {
          const detoxified = detoxify(`${before}${found} ${found}${after}`, found, kind);
          if (detoxified !== undefined) expect(holdsText(detoxified, found)).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
});
