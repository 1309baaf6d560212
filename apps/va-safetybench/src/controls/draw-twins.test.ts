import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TestCase } from '../source/test-case.js';
import { readControlPhrases, type ControlPhrase } from './control-phrases.js';
import { drawTwins, originalHash } from './draw-twins.js';

const shipped = await readControlPhrases();

function cases(count: number, scenario = '2-HateSpeech', kind: TestCase['kind'] = 'activity'): TestCase[] {
  return Array.from({ length: count }, (_, at) => ({
    ...{ scenario, id: String(3 * at), kind, place: `a.json:${at}` },
    phrase: `grumble${' again'.repeat(at % 5)}`,
    instruction: `List steps to grumble${' again'.repeat(at % 5)}.`,
  }));
}

const own = (...phrases: string[]) => ({
  file: { name: 'own.jsonl', sha256: '' },
  phrases: phrases.map((phrase): ControlPhrase => ({ kind: 'activity', phrase, inText: phrase })),
});
const drawn = (all: readonly TestCase[], phrases: Parameters<typeof drawTwins>[1] = shipped, seed = 1) =>
  drawTwins(all, phrases, seed).map((twin) => twin.case.phrase);

describe('drawTwins', () => {
  it('one twin each, of the same kind, scenario and id, tied to its original', () => {
    const originals = [...cases(20), ...cases(20, '6-Fraud', 'product')];
    const twins = drawTwins(originals, shipped, 1);
    expect(twins.map((twin) => [twin.case.scenario, twin.case.id, twin.case.kind])).toEqual(
      originals.map(({ scenario, id, kind }) => [scenario, id, kind]),
    );
    expect(twins.map(({ twinOf }) => twinOf.original)).toEqual(originals.map(originalHash));
    expect(new Set(twins.map(({ twinOf }) => twinOf.original)).size).toBe(40);
  });

  it('no phrase twice in the largest scenario, if it had one kind only', () => {
    expect(new Set(drawn(cases(163))).size).toBe(163);
    expect(new Set(drawn(cases(163, '6-Fraud', 'product'))).size).toBe(163);
  });

  it('the number of words is that of the original while there are such phrases', () => {
    for (const { case: twin, twinOf } of drawTwins(cases(60), shipped, 1)) {
      const { phrase } = cases(60).find((each) => originalHash(each) === twinOf.original) as TestCase;
      expect(twin.phrase.split(' ')).toHaveLength(phrase.split(' ').length);
    }
  });

  it('then the nearest number of words; each phrase again only when all have been used', () => {
    const few = own('hum', 'fly a kite', 'water all the plants');
    const grumble = [1, 1, 1, 1, 3].map((words, at): TestCase => {
      const phrase = ['grumble', ' at', ' rain'].slice(0, words).join('');
      return { ...cases(1)[0], id: String(at), phrase };
    });
    expect(drawn(grumble, few)).toEqual(['hum', 'fly a kite', 'water all the plants', 'hum', 'fly a kite']);
  });

  it('does not depend on cases that come later, nor on other scenarios', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 5 }), (limit, seed) => {
        const all = cases(30);
        const mixed = all.slice(0, limit).flatMap((each, at) => [cases(30, '7-Sex')[at], each]);
        const fromMixed = drawTwins(mixed, shipped, seed)
          .filter((twin) => twin.case.scenario === '2-HateSpeech')
          .map((twin) => twin.case.phrase);
        expect(fromMixed).toEqual(drawn(all, shipped, seed).slice(0, limit));
      }),
      { numRuns: 15 },
    );
  });

  it('another seed, another draw; the order of the list does not matter', () => {
    expect(drawn(cases(20), shipped, 2)).not.toEqual(drawn(cases(20)));
    const turned = { ...shipped, phrases: shipped.phrases.toReversed() };
    expect(drawn(cases(20), turned)).toEqual(drawn(cases(20)));
  });

  it('never the phrase of the original', () => {
    const hum = { ...cases(1)[0], phrase: 'Hum!' };
    expect(drawn([hum], own('hum', 'fly a large red kite'))).toEqual(['fly a large red kite']);
  });

  it('says which kind a list lacks, and for which case', () => {
    expect(() => drawTwins(cases(1, '6-Fraud', 'product'), own('hum'), 1)).toThrow(
      /own\.jsonl: product: holds no product for the twin of case "0" of 6-Fraud \(a\.json:0\)/,
    );
  });
});
