import { Rng } from '@sea-align/core';
import { describe, expect, it } from 'vitest';

import { refusalAnswers } from '../grammar/how-to.js';
import { spacedWords } from '../grammar/normalise.js';
import { allSentences, vocabulary } from '../grammar/vocabulary.js';
import { conceptById, concepts } from '../world/concepts.js';
import { toyModalities, type ToyModality } from '../world/modality.js';
import { worldOf } from '../world/world.js';
import { mediumTurn, textTurn, type Turn } from './base-corpus.js';
import { renderings } from './splits.js';

const shownIn = <M extends ToyModality>(modality: M) =>
  renderings('train', { perConcept: 40, seed: 2 }, modality).map((scene, i) => ({
    concept: conceptById(scene.concept),
    turn: mediumTurn(worldOf(modality), scene, new Rng(i)),
  }));

describe.each(toyModalities)('the base corpus of %s', (modality) => {
  const shown = shownIn(modality);
  const written = concepts.flatMap((concept) =>
    Array.from({ length: 40 }, (_, i) => ({
      concept,
      turn: textTurn(modality, concept, new Rng(`${concept.id}/${i}`)),
    })),
  );

  it('never refuses: the base model is helpful only', () => {
    const refusals = refusalAnswers.map(spacedWords);
    for (const { turn } of [...shown, ...written]) expect(refusals).not.toContain(spacedWords(turn.answer));
  });

  it.each(['media', 'text'])(
    'asks about the danger of every concept, held-out ones included, in %s',
    (medium) => {
      const asked = (medium === 'text' ? written : shown).filter(({ turn }) => turn.task === 'danger');
      expect(new Set(asked.map(({ concept }) => concept.id)).size).toBe(concepts.length);
      for (const { concept, turn } of asked) {
        expect(turn.answer).toBe(concept.dangerous ? 'Yes, it is dangerous.' : 'No, it is safe.');
      }
    },
  );

  it('names the concept in a question about a medium never, in a text question always', () => {
    for (const { concept, turn } of shown) expect(turn.question.toLowerCase()).not.toContain(concept.name);
    for (const { concept, turn } of written) expect(turn.question).toContain(concept.name);
  });

  it('asks every task, with a medium and without', () => {
    const tasks = (list: { turn: Turn }[]): Set<string> => new Set(list.map(({ turn }) => turn.task));
    expect(tasks(shown)).toEqual(new Set(['describe', 'style', 'trait', 'danger', 'how-to']));
    expect(tasks(written)).toEqual(new Set(['how-to', 'danger', 'fact']));
  });

  it('stays within the sentences that the vocabulary was made from', () => {
    const known = new Set(allSentences(modality));
    for (const { turn } of [...shown, ...written]) {
      expect(known).toContain(turn.question);
      expect(known).toContain(turn.answer);
    }
    expect(vocabulary(modality).length).toBeGreaterThan(100);
  });
});
