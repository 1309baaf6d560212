import type { PreparedSample } from '@sea-align/core';
import type { Embedding, MediumGeometry, PackedBranch, RowMedia } from '@sea-align/mllm';
import type { OptimizableModel, ScorerFactory } from '../optimization-run.js';

const mediumId = 9;
const prefixIds = [1, 2];
const eosId = 0;

/** Text as ids, reversibly: code points moved out of the way of the special ids. */
const textIds = (text: string) => [...text].map((character) => (character.codePointAt(0) ?? 0) + 100);

/** Where the toy model sees a text: a point in [-1, 1]^3 spread by a hash of it (FNV-1a). */
export function pointOf(text: string): number[] {
  let hash = 2166136261;
  for (const id of textIds(text)) hash = Math.imul(hash ^ id, 16777619) >>> 0;
  return [0, 10, 20].map((shift) => ((hash >>> shift) & 1023) / 511.5 - 1);
}

/** How the toy model's media lie: E is [tokens, 3], and every row is a token. */
export function toyGeometry(tokens: number): MediumGeometry {
  const key = `toy ${tokens}`;
  return { key, modality: 'image', rows: tokens, width: 3, tokens, placeholderId: mediumId, span: tokens };
}

/**
 * A model that can be worked out by hand: the first token of E says what is seen, the second in which style. A content
 * target at point c costs 1/2 ||E[0] - c||^2, a style target 1/2 ||E[1] - c||^2, so the optimum is (c_content, c_style).
 * Asked for the content it answers with the nearest phrase it knows. Further tokens change nothing.
 */
export function toyModel(knownPhrases: readonly string[], tokens = 2): OptimizableModel {
  const geometry = toyGeometry(tokens);
  return {
    hash: 'toy',
    geometry,
    blankMedium: async () => ({ geometry, features: {} }),
    encode: async (media) => media.map(() => ({ values: new Float32Array(tokens * 3), geometry })),
    prompt: ({ question }) => ({
      ids: [...prefixIds, ...Array<number>(tokens).fill(mediumId), ...textIds(question)],
      mediumAt: prefixIds.length,
    }),
    answerIds: (text) => [...textIds(text), eosId],
    generate: async (requests) =>
      requests.map(({ embedding }) => {
        const seen = embedding === undefined ? new Float32Array(tokens * 3) : valuesOf(embedding);
        const nearest = [...knownPhrases].sort((a, b) => distance(seen, a, 0) - distance(seen, b, 0))[0];
        return { ids: [], text: `The image shows ${nearest}.`, finished: true };
      }),
  };
}

/** E of a row with one medium. */
function valuesOf(embedding: RowMedia): Float32Array {
  return (embedding as Embedding).values;
}

function distance(embedding: Float32Array, text: string, token: number): number {
  return pointOf(text).reduce((sum, value, index) => sum + (embedding[token * 3 + index] - value) ** 2, 0);
}

export interface ToyScorerOptions {
  /** Targets (as text) whose loss becomes NaN once they have been scored so many times. */
  nanAfter?: ReadonlyMap<string, number>;
  /** Called with the number of members at every score. */
  onScore?: (members: number) => void;
}

/** Scores by the formula of `toyModel`: content is branch 0, every further branch a style. */
export function toyScorer(options: ToyScorerOptions = {}): ScorerFactory {
  const timesScored = new Map<string, number>();
  return async () => ({
    score: async (members) => {
      options.onScore?.(members.length);
      const scored = members.map(({ embedding, branches }) => scoreMember(embedding.values, branches));
      for (const [index, { branches }] of members.entries()) {
        const target = targetText(branches[0]);
        const times = timesScored.get(target) ?? 0;
        timesScored.set(target, times + 1);
        if (times >= (options.nanAfter?.get(target) ?? Infinity)) scored[index].nll[0] = Number.NaN;
      }
      return { branchNll: scored.map(({ nll }) => nll), gradients: scored.map(({ gradient }) => gradient) };
    },
    release: async () => undefined,
  });
}

function scoreMember(embedding: Float32Array, branches: readonly PackedBranch[]) {
  const gradient = new Float32Array(embedding.length);
  const nll = branches.map((branch, index) => {
    const token = index === 0 ? 0 : 1;
    const text = targetText(branch);
    pointOf(text).forEach((value, axis) => {
      gradient[token * 3 + axis] += (embedding[token * 3 + axis] - value) / branches.length;
    });
    return distance(embedding, text, token) / 2;
  });
  return { nll, gradient };
}

function targetText(branch: PackedBranch): string {
  return String.fromCodePoint(...branch.targetIds.slice(0, -1).map((id) => id - 100));
}

export const contentQuestion = 'What does the image show?';
export const styleQuestion = 'What is the style?';

export function toySample(id: string, phrase: string, style = 'sketch'): PreparedSample {
  return {
    id,
    instruction: `Tell me about ${phrase}.`,
    harmful: true,
    phrase,
    kind: 'product',
    detoxified: 'Tell me about this product.',
    sentence: phrase,
    controls: [
      { role: 'content', question: contentQuestion, target: phrase },
      { role: 'style', question: styleQuestion, target: style },
    ],
    verification: [{ question: 'What is it?', expect: [phrase] }],
    source: {},
  };
}
