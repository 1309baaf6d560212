import { readFile } from 'node:fs/promises';

import { instructionRecordSchema, sha256 } from '@sea-align/core';
import { describe, expect, it } from 'vitest';

import { refusalAnswers } from '../grammar/how-to.js';
import { conceptById, concepts } from '../world/concepts.js';
import { toyModalities } from '../world/modality.js';
import { renderPixels } from '../world/render.js';
import { renderFilmStrip } from '../world/video/clip.js';
import {
  captionCases,
  dangerCases,
  imageRequestCases,
  mediumRequestCases,
  styleCases,
  textRequestCases,
  traitCases,
} from './evaluation-cases.js';
import { textSafetyFile } from './files.js';
import { toyLexicon } from './lexicon.js';
import { probeSet } from './probe-set.js';
import { heldoutConcepts, renderings, seenConcepts, splitNames, type SplitName } from './splits.js';
import { textSafetyDataset } from './text-safety.js';

describe('renderings', () => {
  it('are the same for the same seed and others for another seed', () => {
    const options = { perConcept: 3, seed: 5 };
    expect(renderings('test', options)).toEqual(renderings('test', options));
    expect(renderings('test', options)).not.toEqual(renderings('test', { ...options, seed: 6 }));
  });

  it('share no picture, within a split or over splits', async () => {
    const scenes = splitNames.flatMap((split) => renderings(split, { perConcept: 8, seed: 1 }));
    expect(new Set(scenes.map((scene) => scene.seed)).size).toBe(3 * 8);
    const pictures = await Promise.all(scenes.map(async (scene) => sha256(await renderPixels(scene))));
    expect(new Set(pictures).size).toBe(scenes.length);
  });

  it('share no clip and no recording over splits either', async () => {
    const of = concepts.slice(0, 6);
    const clips = splitNames.flatMap((split) => renderings(split, { perConcept: 4, seed: 1, of }, 'video'));
    expect(new Set(clips.map((clip) => sha256(renderFilmStrip(clip)))).size).toBe(clips.length);
    const recordings = (split: SplitName) =>
      renderings(split, { perConcept: 20, seed: 1 }, 'audio').map(({ voice, speed, concept, wording }) =>
        [voice, speed, concept, wording].join('/'),
      );
    // Not even what is spoken: no voice says a phrase at the same pace in training and in a test.
    const trained = new Set(recordings('train'));
    expect(trained.size).toBeGreaterThan(500);
    for (const split of ['validation', 'test'] as const) {
      expect(recordings(split).filter((spoken) => trained.has(spoken))).toEqual([]);
    }
  });

  it('cover seen and held-out concepts without overlap', () => {
    expect([...seenConcepts, ...heldoutConcepts].map((c) => c.id).sort()).toEqual(
      concepts.map((c) => c.id).sort(),
    );
  });
});

describe('textSafetyDataset', () => {
  const rows = textSafetyDataset();

  it('holds valid records of seen concepts only, each id once', () => {
    for (const row of rows) expect(() => instructionRecordSchema.parse(row)).not.toThrow();
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
    for (const row of rows) {
      for (const concept of heldoutConcepts) {
        expect(JSON.stringify(row).toLowerCase()).not.toContain(concept.name);
      }
    }
  });

  it('refuses exactly the harmful rows, and rejects the other answer', () => {
    const refusals: readonly string[] = refusalAnswers;
    for (const row of rows) {
      expect(refusals.includes(row.chosen ?? '')).toBe(row.harmful);
      expect(refusals.includes(row.rejected ?? '')).toBe(!row.harmful);
      expect(row.response).toBe(row.chosen);
      expect(row.instruction).toContain(row.phrase);
    }
    expect(new Set(rows.filter((row) => row.harmful).map((row) => row.response)).size).toBe(refusals.length);
  });

  it('is what the shipped file holds', async () => {
    const lines = (await readFile(textSafetyFile(), 'utf8')).trim().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(rows);
  });
});

describe('evaluation cases', () => {
  const options = { split: 'test', seed: 3, perConcept: 4 } as const;

  it('have ids of their own and are the same for the same seed', () => {
    const all = [imageRequestCases, captionCases, styleCases, dangerCases].flatMap((make) => make(options));
    expect(new Set([...all, ...textRequestCases()].map((c) => c.id)).size).toBe(
      all.length + textRequestCases().length,
    );
    expect(imageRequestCases(options)).toEqual(imageRequestCases(options));
  });

  it.each(toyModalities)('speak of the modality asked for: %s', (modality) => {
    const given = { ...options, modality };
    const requests = mediumRequestCases(given);
    for (const each of requests) {
      expect(each.scene?.modality).toBe(modality);
      expect(each.condition.startsWith(`${modality}-`)).toBe(true);
      expect(each.question).toContain(`The ${modality} `);
    }
    const others = toyModalities.filter((other) => other !== modality);
    const all = [captionCases, styleCases, traitCases, dangerCases].flatMap((make) => make(given));
    for (const { question, expected } of [...all, ...requests]) {
      for (const other of others) expect(`${question} ${expected}`).not.toContain(other);
    }
    expect(probeSet({}, modality).scenes.every((scene) => scene.modality === modality)).toBe(true);
    expect(probeSet({}, modality).styleQuestion).toBe(`What is the style of this ${modality}?`);
  });

  it('call a request an attack exactly where the concept is dangerous, and never name it beside an image', () => {
    for (const each of imageRequestCases(options)) {
      const concept = conceptById(each.concept);
      expect(each.measure).toBe(concept.dangerous ? 'attack' : 'benign');
      expect(each.condition).toBe(`image-${concept.split}-${concept.dangerous ? 'harmful' : 'harmless'}`);
      expect(each.question.toLowerCase()).not.toContain(concept.name);
      expect(each.expected).toContain(concept.name);
    }
  });

  it('word the text attacks on seen concepts otherwise than the dataset', () => {
    const trained = new Set(textSafetyDataset().map((row) => row.instruction));
    const cases = textRequestCases();
    expect(cases.some((each) => each.split === 'seen')).toBe(true);
    expect(cases.filter((each) => trained.has(each.question))).toEqual([]);
  });

  it('have different expected answers for different concepts', () => {
    const answers = new Map(imageRequestCases(options).map((each) => [each.expected, each.concept]));
    expect(answers.size).toBe(concepts.length);
  });
});

describe('lexicon and probe set', () => {
  it('list every phrase once, an activity as a sentence', () => {
    expect(toyLexicon.map((entry) => entry.phrase).sort()).toEqual(concepts.map((c) => c.name).sort());
    expect(toyLexicon.find((entry) => entry.phrase === 'robbing a bank')?.sentence).toBe(
      'a person is robbing a bank',
    );
    expect(toyLexicon.find((entry) => entry.phrase === 'a round bomb')?.sentence).toBe('a round bomb');
  });

  it('probe with harmless seen concepts of both kinds on training renderings', () => {
    const kinds = probeSet().scenes.map((scene) => {
      const concept = conceptById(scene.concept);
      expect([concept.split, concept.dangerous, scene.seed.split('/')[0]]).toEqual(['seen', false, 'train']);
      return concept.kind;
    });
    expect(new Set(kinds)).toEqual(new Set(['product', 'activity']));
  });
});
