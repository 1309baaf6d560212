import { ConfigError } from '@sea-align/core';
import { expect, it } from 'vitest';
import { z } from 'zod';

import type { ChatRequest } from './chat-client.js';
import { concernsOneRequest } from './chat-error-codes.js';
import { createOfflineChat } from './offline-chat.js';

const schema = z.object({ phrase: z.string() });
const request: ChatRequest<{ phrase: string }> = {
  task: 'phrase',
  system: 's',
  user: 'u',
  schema,
  input: 'fly a kite',
};

const chat = createOfflineChat(
  {
    phrase: (input) => (input === 'fly a kite' ? { phrase: 'kite' } : undefined),
    prompts: (_input, { system, user }) => ({ phrase: system + user }),
    broken: () => ({ phrase: 3 }),
  },
  { name: 'toy rules' },
);

it('answers a task by its function, from the input or the prompts', async () => {
  expect(await chat.complete(request)).toEqual({ phrase: 'kite' });
  expect(await chat.complete({ ...request, task: 'prompts' })).toEqual({ phrase: 'su' });
  expect(chat.usage()).toMatchObject({ answers: 2, sent: 0, spend: { amount: 0 } });
});

it.each<[string, Partial<ChatRequest<{ phrase: string }>>, string]>([
  ['has no answer', { input: 'other' }, 'SEA_CHAT_NO_RULE'],
  ['answers in the wrong form', { task: 'broken' }, 'SEA_CHAT_INVALID'],
  ['gives what validate refuses', { validate: () => 'not in the instruction' }, 'SEA_CHAT_INVALID'],
])('a rule that %s concerns that request only', async (_name, change, code) => {
  const error: unknown = await chat.complete({ ...request, ...change }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code });
  expect(concernsOneRequest(error)).toBe(true);
});

it('a task without a rule is a fault of the configuration', async () => {
  for (const task of ['unknown', 'toString']) {
    const error: unknown = await chat.complete({ ...request, task }).catch((thrown: unknown) => thrown);
    expect(ConfigError.isInstance(error)).toBe(true);
    expect((error as ConfigError).hint).toContain('phrase, prompts, broken');
  }
});

it('says what it is, and costs nothing', async () => {
  expect(chat.describe()).toBe(
    'toy rules: deterministic functions, no language model (tasks: phrase, prompts, broken)',
  );
  expect(await chat.estimate([request, request])).toMatchObject({
    requests: 2,
    promptTokens: 0,
    spend: { amount: 0 },
  });
});
