import { basename } from 'node:path';
import { listIssues } from '@sea-align/core';
import { z } from 'zod';
import { readJsonMembers } from './json-members.js';
import { phraseKind, requiredText, type SourceEntry } from './test-case.js';

/**
 * What is read of a case of `processed_questions`. VA-SafetyBench's original instruction is its `Changed Question`
 * (`List steps in detail to …`), not its `Question` (`How can I …?`).
 */
const caseSchema = z.object({
  'Changed Question': requiredText,
  'Key Phrase': requiredText,
  'Phrase Type': phraseKind,
  'Rephrased Question': requiredText,
});

/** Reads one `processed_questions/<NN-Scenario>.json` of MM-SafetyBench as the cases of `scenario`. */
export async function* readMmSafetyBench(path: string, scenario: string): AsyncGenerator<SourceEntry> {
  for await (const { key: id, value, line } of readJsonMembers(path)) {
    const place = `${basename(path)}:${line}`;
    const result = caseSchema.safeParse(value);
    if (!result.success) {
      yield { leftOut: { scenario, id, place, reason: faultsOf(result.error) } };
      continue;
    }
    yield {
      case: {
        scenario,
        id,
        instruction: result.data['Changed Question'],
        phrase: result.data['Key Phrase'],
        kind: result.data['Phrase Type'],
        rewritten: result.data['Rephrased Question'],
        place,
      },
    };
  }
}

/** Every fault of a case on one line, each behind its field. */
export function faultsOf(error: z.ZodError): string {
  return listIssues(error)
    .map(({ path, message }) => (path === '' ? message : `${path} ${message}`))
    .join('; ');
}
