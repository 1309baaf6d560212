import { readFile } from 'node:fs/promises';

import { canonicalJson, ensureInside, errnoOf, safeFileName, sha256, writeFileAtomic } from '@sea-align/core';
import { z } from 'zod';

import type { ChatRequest } from './chat-client.js';

const entrySchema = z.object({ format: z.literal(1), key: z.string(), answer: z.unknown() });

/** What an answer depends on: sent to the server, and the version of the task. */
export function requestHash(
  request: ChatRequest<unknown>,
  server: { baseURL: string; model: string },
): string {
  const { baseURL, model } = server;
  const { task, system, user, version, temperature, maxTokens, seed } = request;
  const schema = answerSchema(request);
  return sha256(
    canonicalJson({
      format: 1,
      baseURL,
      model,
      task,
      system,
      user,
      schema,
      version,
      temperature,
      maxTokens,
      seed,
    }),
  );
}

/** JSON schema of the answer as the model has to write it. */
export function answerSchema(request: ChatRequest<unknown>): unknown {
  return z.toJSONSchema(request.schema, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
}

/** Answers on disk, one small file each, named by the hash of the request. Holds answers, never prompts or keys. */
export class AnswerCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The stored answer as JSON value; undefined if there is none, or none that can be read. */
  async read(task: string, key: string): Promise<{ answer: unknown } | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path(task, key), 'utf8');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
    try {
      const entry = entrySchema.parse(JSON.parse(text));
      return entry.key === key ? { answer: entry.answer } : undefined;
    } catch {
      return undefined; // damaged by hand or by the disk: asked again and overwritten
    }
  }

  /** Throws DiskError. */
  async write(task: string, key: string, model: string, answer: unknown): Promise<void> {
    const entry = { format: 1, key, task, model, createdAt: new Date().toISOString(), answer };
    await writeFileAtomic(this.#path(task, key), `${JSON.stringify(entry)}\n`);
  }

  #path(task: string, key: string): string {
    return ensureInside(this.#folder, safeFileName(task), key.slice(0, 2), `${key}.json`);
  }
}
