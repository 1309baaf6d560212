import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixtures } from './checkpoint.fixture.js';

/** Written by tools/reference/make_qwen2_audio_fixtures.py and make_qwen2_audio_golden.py. */
export const audioFixtures = join(fixtures, 'qwen2-audio');

export type SoundKind = 'saw' | 'noise' | 'both' | 'silence';

/** The sounds of the reference script: a sawtooth, noise by squares, both, or silence. */
export function fixtureSound(kind: SoundKind, samples: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, at) => {
    const saw = ((at * 37) % 1999) / 1999 - 0.5;
    const noise = ((at * at * 7919) % 1000003) / 1000003 - 0.5;
    return { saw, noise: noise * 0.2, both: saw * 0.5 + noise * 0.05, silence: 0 }[kind];
  });
}

/** What HF's processor and greedy generation make of the turns of the reference script. */
export interface ExpectedTurns {
  prompts: {
    system: string | null;
    question: string;
    sound: [SoundKind, number] | null;
    text: string;
    ids: number[];
    answer: string;
    answerIds: number[];
  }[];
  /** A turn under templates that leave out what stands around the placeholder. */
  templates: {
    name: string;
    template: string;
    question: string;
    sound: [SoundKind, number];
    ids: number[];
  }[];
  newTokens: number;
  /** Greedy tokens of each turn. */
  generated: number[][];
}

export function readExpected(): ExpectedTurns {
  return readJson(join(audioFixtures, 'model', 'expected.json')) as ExpectedTurns;
}

/** Greedy continuations of the golden cases' prompts. */
export interface GoldenGenerations {
  newTokens: number;
  /** By the case's folder; `sounds` counts the sounds of each prompt. */
  cases: Record<string, { prompts: number[][]; sounds: number[]; generated: number[][] }>;
}

export function readGoldenGenerations(): GoldenGenerations {
  return readJson(join(audioFixtures, 'golden-generation.json')) as GoldenGenerations;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
