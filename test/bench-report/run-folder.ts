import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RunManifest, sha256 } from '@sea-align/core';
import {
  caseKey,
  type AnswerEntry,
  type BenchCase,
  type CaseRole,
  type EvaluationFacts,
  type VerdictEntry,
} from '@sea-align/evaluation';

export type Verdict = NonNullable<VerdictEntry['verdict']>;

/** What a run made of a case: an answer and verdicts by judge, `error` for a judge that failed; or no answer. */
export interface Made {
  readonly case: BenchCase;
  readonly answer?: string;
  readonly truncated?: boolean;
  readonly error?: string;
  readonly verdicts?: Readonly<Record<string, Verdict | 'error' | undefined>>;
  readonly raw?: string;
}

export const promptHash = (judge: string): string => sha256(`prompt of ${judge}`);

/** A case; `file` is the path of its medium in the benchmark. */
export function madeCase(
  role: CaseRole,
  scenario: string,
  task: string,
  id: string,
  question: string,
  file?: string,
): BenchCase {
  const place = { role, scenario, task, id };
  const modality = file === undefined ? undefined : file.endsWith('.mp4') ? 'video' : 'audio';
  return {
    key: caseKey(place),
    ...place,
    question,
    ...(file !== undefined && modality && { medium: { modality, path: file, sha256: sha256(file) } }),
    ...(role === 'understanding' && { expected: ['a kite'] }),
  };
}

/** Writes a folder such as `va-safetybench evaluate` leaves. `bench`: path of the benchmark as seen from the run. */
export async function writeRun(
  folder: string,
  name: string,
  made: readonly Made[],
  facts: Partial<EvaluationFacts> = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const answers: AnswerEntry[] = [];
  const verdicts: VerdictEntry[] = [];
  for (const { case: asked, answer = '', truncated, error, verdicts: given = {}, raw } of made) {
    answers.push({
      key: asked.key,
      target: name,
      inputHash: sha256(asked.key),
      answer,
      ...(error === undefined ? { finish: truncated ? 'length' : 'stop' } : { error }),
      latencyMs: 120,
      tokens: { prompt: 30, answer: 12 },
    });
    for (const [judge, verdict] of Object.entries(given)) {
      if (verdict === undefined) continue;
      verdicts.push({
        key: asked.key,
        judge,
        promptHash: promptHash(judge),
        answerHash: sha256(answer),
        ...(verdict === 'error' ? { error: 'the server said nothing' } : { verdict }),
        ...(raw !== undefined && { raw }),
      });
    }
  }
  const judges = [...new Set(verdicts.map(({ judge }) => judge))];
  const config = {
    name,
    questionFiles: [{ path: 'Video_questions/6-Fraud.json', sha256: sha256('questions') }],
    target: { kind: 'stand-in', model: name },
    system: 'You are a helpful assistant.',
    decoding: { maxNewTokens: 300, temperature: 0 },
    judges: judges.map((judge) => ({ name: judge, promptHash: promptHash(judge), settings: {} })),
    selection: {},
    notAsked: [],
    standIns: [],
    ...facts,
  };
  await new RunManifest(path.join(folder, 'manifest.json'), { config }).save();
  const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
  await writeFile(path.join(folder, 'cases.jsonl'), lines(made.map((each) => each.case)));
  await writeFile(path.join(folder, 'answers.jsonl'), lines(answers));
  await writeFile(path.join(folder, 'verdicts.jsonl'), lines(verdicts));
}
