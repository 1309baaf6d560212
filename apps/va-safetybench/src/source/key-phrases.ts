import { DatasetError, readJsonl } from '@sea-align/core';
import { z } from 'zod';
import { findScenario } from '../scenarios.js';
import { readJsonMembers } from './json-members.js';
import { requiredText } from './test-case.js';

/** Scenario -> id -> key phrase. */
export type KeyPhrases = ReadonlyMap<string, ReadonlyMap<string, string>>;

const lineSchema = z.object({ scenario: requiredText, id: requiredText, phrase: requiredText });
/** Of one scenario: the phrase itself, or a case of MM-SafetyBench. */
const entrySchema = z.union([
  requiredText,
  z.object({ 'Key Phrase': requiredText }).transform((each) => each['Key Phrase']),
]);

/**
 * Reads key phrases: JSONL lines `{"scenario", "id", "phrase"}`, or a JSON object scenario -> id -> phrase. Throws
 * DatasetError.
 */
export async function readKeyPhrases(path: string): Promise<KeyPhrases> {
  const phrases = new Map<string, Map<string, string>>();
  const add = (scenario: string, id: string, phrase: string): void => {
    const name = findScenario(scenario)?.name ?? scenario;
    const known = phrases.get(name) ?? new Map<string, string>();
    phrases.set(name, known.set(id, phrase));
  };
  if (path.endsWith('.jsonl')) {
    for await (const { value } of readJsonl(path, lineSchema)) add(value.scenario, value.id, value.phrase);
    return phrases;
  }
  for await (const { key: scenario, value, line } of readJsonMembers(path)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new DatasetError('must be an object of id -> key phrase', { file: path, line, field: scenario });
    }
    for (const [id, entry] of Object.entries(value)) {
      const phrase = entrySchema.safeParse(entry);
      if (!phrase.success) {
        throw new DatasetError('must be a key phrase', { file: path, line, field: `${scenario}.${id}` });
      }
      add(scenario, id, phrase.data);
    }
  }
  return phrases;
}
