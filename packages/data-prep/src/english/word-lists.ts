const set = (words: string) => new Set(words.split(/\s+/).filter((word) => word !== ''));

/** Words that open a noun phrase and carry no content. */
export const determiners = set(
  'a an the my your his her its our their some any this that these those one two three several many another each every',
);

/** Personal and other pronouns that point at something not said in the row. */
export const pronouns = set(
  'it this that these those them they him her he she us we me i you something anything everything someone somebody ' +
    'stuff things thing one ones',
);

/** Where a plain noun phrase ends: prepositions, conjunctions, clause openers and common closing adverbs. */
export const nounPhraseEnds = set(
  'for to with in on at from without using by near via that which who whom whose when while where and or but so because ' +
    'if before after during under over about into onto like as than through around behind between inside outside ' +
    'online offline here there quickly safely easily cheaply properly today tomorrow tonight now please again cost costs ' +
    'work works step then & plus also too',
);

/** Words after which the rest of a verb phrase is circumstance, not content: the rest stays in the instruction. */
export const verbPhraseEnds = set(
  'without if when while because before after during so until unless quickly safely easily cheaply properly step online ' +
    'today tomorrow tonight now please again too',
);

/** Verbs that say nothing about what is shown: their object does, so it is taken as a product. */
export const genericVerbs = set(
  'make build create buy get find order purchase obtain acquire produce construct assemble manufacture sell use operate',
);

/** Nouns that make a generic verb a fixed expression (`make a mess`, `get a haircut`): the whole is an activity. */
export const lightNouns = set(
  'mess noise joke fun friend friends call face scene trouble peace haircut job revenge tan nap bet wish deal mistake ' +
    'excuse fuss splash promise speech toast phone muscle muscles fire',
);

/** Verbs of state, which no picture shows. */
export const stativeVerbs = set(
  'be have know feel understand want need like love hate believe think remember become seem mean matter deserve belong',
);

/** Verbs that ask how *not* to do something. */
export const negatingVerbs = set('not never avoid prevent stop quit resist refrain');

/** Words that carry no content of their own: they may stay in a detoxified text and need not be in a sentence. */
export const functionWords = set(
  'a an the my your his her its our their some any this that these those one of to in on at for from with by into onto ' +
    'over under up down out off away and or is are be do does me myself yourself themselves them it i you we they as',
);

/** Particles that turn a verb into another one (`find out`): no thing starts with them. */
export const particles = set('out up off down away rid back over along');

/** Whom a causative is done to (`make people laugh`): then no product was asked for. */
export const persons = set(
  'people kids children friends others everyone everybody anyone anybody nobody someone somebody mine yours',
);
