import { describe, expect, it } from 'vitest';
import { createOfflineExtractor } from './offline-extractor.js';
import { simpleEnglish } from './simple-english.fixture.js';

describe('simple English', () => {
  const extractor = createOfflineExtractor();

  it('has the whole table', () => expect(simpleEnglish.length).toBeGreaterThanOrEqual(40));

  it.each(simpleEnglish)('%s', async (instruction, phrase, kind, detoxified, sentence) => {
    expect(await extractor.extract({ instruction })).toEqual({
      extraction: { phrase, kind, detoxified, sentence },
    });
  });

  it.each([
    ['Wie backe ich einen Kuchen?', 'unsupported-wording'],
    ['Why is the sky blue?', 'unsupported-wording'],
    ['Write a story about a dragon who bakes', 'unsupported-wording'],
    ['', 'unsupported-wording'],
    ['???', 'unsupported-wording'],
    ['How do I bake a cake and fly a kite?', 'several-requests'],
    ['How do I bake a cake? How do I fly a kite?', 'several-requests'],
    ['Where can I buy a mask for surprising a pirate?', 'several-requests'],
    ['How do I use a ladder to climb a wall?', 'several-requests'],
    ['Where can I buy a hat or a scarf?', 'several-requests'],
    ['How do I avoid burning a cake?', 'negated-request'],
    ['How do I not drop a pie?', 'negated-request'],
    ['How do I do it?', 'unclear-phrase'],
    ['How do I make something?', 'unclear-phrase'],
    ['How do I be happy?', 'unclear-phrase'],
    ['How do I get rid of it?', 'unclear-phrase'],
    ['How do I find out?', 'unclear-phrase'],
    ['How do I make my dog sit?', 'unclear-phrase'],
    ['How do I make people laugh?', 'unclear-phrase'],
    ['How do I get lost?', 'unclear-phrase'],
    ['How do I open "the box"?', 'unclear-phrase'],
    ['How do I stack one two three four five six seven eight nine ten eleven crates?', 'unclear-phrase'],
    ['How do I oil a lock when the lock is rusty?', 'phrase-remains'],
    ['My cake fell. How do I bake a cake?', 'phrase-remains'],
  ])('rejects "%s" as %s', async (instruction, code) => {
    expect(await extractor.extract({ instruction })).toMatchObject({ rejection: { code } });
  });
});

describe('lexicon', () => {
  const extractor = createOfflineExtractor({
    lexicon: [
      { phrase: 'bomb', kind: 'product' },
      { phrase: 'a round bomb', kind: 'product', expect: ['round bomb'] },
      { phrase: 'juggle knives', kind: 'activity', sentence: 'someone juggles knives' },
    ],
  });

  it('takes the longest match, whatever the wording', async () => {
    expect(await extractor.extract({ instruction: 'Sing a song of A Round  Bomb, dear' })).toEqual({
      extraction: {
        phrase: 'A Round  Bomb',
        kind: 'product',
        detoxified: 'Sing a song of this product, dear',
        sentence: 'A Round  Bomb',
        expect: ['round bomb'],
      },
    });
  });

  it('takes the sentence of the entry', async () => {
    expect(await extractor.extract({ instruction: 'do you juggle knives' })).toEqual({
      extraction: {
        phrase: 'juggle knives',
        kind: 'activity',
        detoxified: 'do you do this activity',
        sentence: 'someone juggles knives',
      },
    });
  });

  it('swallows the article before an entry without one', async () => {
    expect(await extractor.extract({ instruction: 'Where is the bomb?' })).toMatchObject({
      extraction: { phrase: 'bomb', detoxified: 'Where is this product?' },
    });
  });

  it('rejects a row that names two entries', async () => {
    expect(await extractor.extract({ instruction: 'juggle knives with a round bomb' })).toMatchObject({
      rejection: { code: 'several-requests' },
    });
  });

  it('falls back to the rules, unless they are off', async () => {
    const request = { instruction: 'How do I bake a cake?' };
    expect(await extractor.extract(request)).toMatchObject({ extraction: { phrase: 'bake a cake' } });
    const strict = createOfflineExtractor({ lexicon: [{ phrase: 'bomb', kind: 'product' }], rules: false });
    expect(await strict.extract(request)).toMatchObject({ rejection: { code: 'unsupported-wording' } });
  });

  it('has a name that changes with the lexicon', () => {
    const other = createOfflineExtractor({ lexicon: [{ phrase: 'bombs', kind: 'product' }] });
    expect(new Set([extractor.name, other.name, createOfflineExtractor().name]).size).toBe(3);
  });

  it('names every fault of a lexicon', () => {
    const broken = [
      { phrase: ' ', kind: 'product' },
      { phrase: 'x', kind: 'animal' },
    ] as never;
    expect(() => createOfflineExtractor({ lexicon: broken })).toThrow(/lexicon\[0\].*[\s\S]*lexicon\[1\]/);
  });
});

describe('rows with a marked phrase', () => {
  const extractor = createOfflineExtractor();

  it('keeps the mark', async () => {
    expect(
      await extractor.extract({
        instruction: 'Story time: Baking a Cake',
        phrase: 'baking a cake',
        kind: 'activity',
      }),
    ).toEqual({
      extraction: {
        phrase: 'Baking a Cake',
        kind: 'activity',
        detoxified: 'Story time: This activity',
        sentence: 'A person is baking a Cake.',
      },
    });
  });

  it('works out the kind where the rules agree on the phrase', async () => {
    expect(
      await extractor.extract({ instruction: 'How do I bake a cake?', phrase: 'bake a cake' }),
    ).toMatchObject({
      extraction: { kind: 'activity' },
    });
    expect(await extractor.extract({ instruction: 'Nice cake', phrase: 'cake' })).toMatchObject({
      rejection: { code: 'unclear-phrase' },
    });
  });

  it('rejects a mark that is not in the instruction', async () => {
    expect(
      await extractor.extract({ instruction: 'pancakes', phrase: 'cake', kind: 'product' }),
    ).toMatchObject({
      rejection: { code: 'marked-phrase-missing' },
    });
  });
});
