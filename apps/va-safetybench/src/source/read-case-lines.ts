import { basename } from 'node:path';
import { readJsonl } from '@sea-align/core';
import { z } from 'zod';
import { findScenario } from '../scenarios.js';
import { faultsOf } from './read-mm-safetybench.js';
import { phraseKind, requiredText, type SourceEntry } from './test-case.js';

const caseSchema = z.strictObject({
  scenario: requiredText.refine(
    (name) => findScenario(name) !== undefined,
    'is no scenario of the benchmark',
  ),
  id: z.union([requiredText, z.int().transform(String)]),
  instruction: requiredText,
  phrase: requiredText,
  kind: phraseKind,
  rewritten: requiredText.optional(),
  meta: z.unknown().optional(),
});
const named = z.object({
  scenario: z.string().optional().catch(undefined),
  id: z.string().optional().catch(undefined),
});

/**
 * Reads our own JSONL: a case a line, `{"scenario", "id", "instruction", "phrase", "kind", "rewritten"?}`. Throws
 * DatasetError for a line that is no JSON; a case with wrong fields is given as left out.
 */
export async function* readCaseLines(path: string): AsyncGenerator<SourceEntry> {
  for await (const { value, line } of readJsonl(path, z.unknown())) {
    const place = `${basename(path)}:${line}`;
    const result = caseSchema.safeParse(value);
    if (!result.success) {
      const { scenario, id } = named.catch({}).parse(value);
      yield { leftOut: { scenario, id, place, reason: faultsOf(result.error) } };
      continue;
    }
    const { meta: _, ...fields } = result.data;
    const scenario = findScenario(fields.scenario)?.name ?? fields.scenario;
    yield { case: { ...fields, scenario, place } };
  }
}
