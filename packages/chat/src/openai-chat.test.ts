import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

import { ChatError, ConfigError } from '@sea-align/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

import type { ChatRequest } from './chat-client.js';
import { concernsOneRequest } from './chat-error-codes.js';
import { createOpenAIChat } from './openai-chat.js';
import type { OpenAIChatOptions } from './openai-chat-options.js';
import {
  completion,
  failure,
  startStandIn,
  type Reply,
  type SeenRequest,
  type StandIn,
} from './testing/stand-in-server.js';

const key = 'sk-stand-in-0123456789abcdef';
const phraseSchema = z.object({ phrase: z.string(), kind: z.enum(['activity', 'product']) });
type Phrase = z.infer<typeof phraseSchema>;
const good: Phrase = { phrase: 'a kite', kind: 'product' };
const goodText = JSON.stringify(good);
const request: ChatRequest<Phrase> = {
  task: 'phrase',
  system: 'Find the phrase.',
  user: 'How do I use a kite?',
  schema: phraseSchema,
};

let folder = '';
let server: StandIn | undefined;
const logged: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-chat-'));
  vi.stubEnv('SEA_TEST_KEY', key);
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    vi.spyOn(stream, 'write').mockImplementation(((text: string | Uint8Array) => {
      logged.push(Buffer.from(text).toString());
      return write(text);
    }) as typeof stream.write);
  }
});
// The promise that holds in every test of this file: the key is in no file and no log.
afterEach(async () => {
  await server?.close();
  server = undefined;
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  for (const file of files) {
    expect(file.name).not.toContain(key);
    expect(await readFile(join(file.parentPath, file.name), 'utf8')).not.toContain(key);
  }
  expect(logged.join('')).not.toContain(key);
  await rm(folder, { recursive: true });
});

async function client(
  answer: (seen: SeenRequest, number: number) => Reply | Promise<Reply>,
  options: Partial<OpenAIChatOptions> = {},
): Promise<ReturnType<typeof createOpenAIChat>> {
  server = await startStandIn(answer);
  const base = {
    baseURL: server.baseURL,
    apiKeyEnv: 'SEA_TEST_KEY',
    model: 'm1',
    cacheDir: join(folder, 'cache'),
  };
  return createOpenAIChat({ ...base, retryDelayMs: 5, timeoutMs: 2000, ...options });
}

/** The error's everything, as a logger would print it, holds no key. */
async function fault(work: Promise<unknown>): Promise<ChatError> {
  const error: unknown = await work.then(
    () => expect.unreachable('it did not fail'),
    (thrown: unknown) => thrown,
  );
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(key);
  if (!ChatError.isInstance(error)) throw error;
  return error;
}

const cacheFiles = async (): Promise<string[]> =>
  (await readdir(join(folder, 'cache'), { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('a good answer', () => {
  it('is asked for with a strict schema and the key, checked, and counted', async () => {
    const chat = await client(() => completion(goodText), {
      price: { inputPerMillion: 2, outputPerMillion: 30 },
    });
    expect(await chat.complete({ ...request, temperature: 0, maxTokens: 50, seed: 3 })).toEqual(good);
    const [seen] = server?.seen ?? [];
    expect(seen.path).toBe('/v1/chat/completions');
    expect(seen.authorization).toBe(`Bearer ${key}`);
    expect(seen.body).toMatchObject({
      model: 'm1',
      messages: [
        { role: 'system', content: 'Find the phrase.' },
        { role: 'user', content: 'How do I use a kite?' },
      ],
      temperature: 0,
      max_tokens: 50,
      seed: 3,
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'phrase',
          strict: true,
          schema: {
            type: 'object',
            required: ['phrase', 'kind'],
            additionalProperties: false,
            properties: { phrase: { type: 'string' }, kind: { enum: ['activity', 'product'] } },
          },
        },
      },
    });
    expect(chat.usage()).toEqual({
      answers: 1,
      cacheHits: 0,
      sent: 1,
      reasked: 0,
      retried: 0,
      promptTokens: 100,
      answerTokens: 10,
      uncounted: 0,
      spend: { amount: 0.0005, currency: 'USD' }, // 100 * 2 / 1e6 + 10 * 30 / 1e6
    });
  });

  it.each([
    ['a markdown fence', '```json\n' + goodText + '\n```'],
    ['words around it', `Sure! Here it is: ${goodText} I hope it helps.`],
    ['words and a fence', `Sure:\n\n\`\`\`\n${goodText}\n\`\`\`\nDone.`],
    ['a think part', `<think>{"phrase": "no"}</think>\n${goodText}`],
  ])('of a server that ignores the schema is found in %s', async (_name, content) => {
    const chat = await client(() => completion(content));
    expect(await chat.complete(request)).toEqual(good);
    expect(server?.seen).toHaveLength(1);
  });

  it('may come as text/plain, without usage', async () => {
    const chat = await client(() => ({
      kind: 'text',
      status: 200,
      body: JSON.stringify({ choices: [{ message: { content: goodText } }] }),
    }));
    expect(await chat.complete(request)).toEqual(good);
    expect(chat.usage()).toMatchObject({ uncounted: 1, promptTokens: 0 });
    expect(chat.usage().spend).toBeUndefined();
  });

  it('a server that wants no key gets none of the environment', async () => {
    vi.stubEnv('OPENAI_API_KEY', key);
    vi.stubEnv('OPENAI_ORG_ID', key);
    const chat = await client(() => completion(goodText), { apiKeyEnv: undefined });
    await chat.complete(request);
    expect(server?.seen[0].authorization).not.toContain(key);
  });
});

describe('an answer that does not fit', () => {
  it.each([
    ['no JSON', 'the phrase is a kite', /not valid JSON/],
    ['cut JSON', '{"phrase": "a ki', /not valid JSON/],
    ['empty', '', /empty/],
    ['another form', '{"phrase": 3, "kind": "thing"}', /phrase: .*string.*kind: /],
    ['a list', '[]', /object/],
  ])('is asked for again with the fault and the schema: %s', async (_name, bad, said) => {
    const chat = await client((_seen, number) => completion(number === 0 ? bad : goodText));
    expect(await chat.complete(request)).toEqual(good);
    const messages = server?.seen[1].body.messages ?? [];
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(messages[2].content).toBe(bad);
    expect(messages[3].content).toMatch(said);
    expect(messages[3].content).toContain('"enum":["activity","product"]');
    expect(chat.usage()).toMatchObject({ answers: 1, sent: 2, reasked: 1, promptTokens: 200 });
  });

  it('is asked for again with what validate says', async () => {
    const chat = await client((_seen, number) =>
      completion(number === 0 ? '{"phrase":"a boat","kind":"product"}' : goodText),
    );
    const validate = ({ phrase }: Phrase): string | undefined =>
      request.user.includes(phrase) ? undefined : `The phrase "${phrase}" is not in the instruction.`;
    expect(await chat.complete({ ...request, validate })).toEqual(good);
    expect(server?.seen[1].body.messages[3].content).toContain(
      'The phrase "a boat" is not in the instruction.',
    );
  });

  it('is asked for again when it was cut off at the length limit, though it parses', async () => {
    const chat = await client((_seen, number) => completion(goodText, {}, number === 0 ? 'length' : 'stop'));
    await chat.complete(request);
    expect(server?.seen).toHaveLength(2);
    expect(server?.seen[1].body.messages[3].content).toMatch(/cut off/);
  });

  it('only the last fault goes into the next ask, and asks are limited', async () => {
    const chat = await client((_seen, number) => completion(`nonsense ${number}`), { asks: 4 });
    const error = await fault(chat.complete(request));
    expect(error).toMatchObject({
      code: 'SEA_CHAT_INVALID',
      exitCode: 1,
      details: { lastAnswer: 'nonsense 3' },
    });
    expect(error.message).toMatch(/phrase in 4 asks.*not valid JSON/);
    expect(concernsOneRequest(error)).toBe(true);
    expect(server?.seen).toHaveLength(4);
    expect(server?.seen[3].body.messages).toHaveLength(4);
    expect(await cacheFiles()).toEqual([]);
  });
});

describe('a refusal', () => {
  it.each([
    ['in its own field', completion(null, { refusal: 'I cannot help with that.' })],
    ['by the content filter', completion('', {}, 'content_filter')],
  ])('%s is told at once, not asked again, not cached', async (_name, reply) => {
    const chat = await client(() => reply);
    const error = await fault(chat.complete(request));
    expect(error.code).toBe('SEA_CHAT_REFUSED');
    expect(concernsOneRequest(error)).toBe(true);
    expect(server?.seen).toHaveLength(1);
    expect(await cacheFiles()).toEqual([]);
  });

  it('in words is known as one after the asks are used up', async () => {
    const chat = await client(() => completion('I’m sorry, but I can’t help with that.'), { asks: 2 });
    expect(await fault(chat.complete(request))).toMatchObject({ code: 'SEA_CHAT_REFUSED' });
    expect(server?.seen).toHaveLength(2);
  });
});

describe('faults of network and server', () => {
  it('429 waits as long as retry-after says', async () => {
    const chat = await client((_seen, number) =>
      number === 0 ? failure(429, 'slow down', { 'retry-after': '0.3' }) : completion(goodText),
    );
    expect(await chat.complete(request)).toEqual(good);
    expect(server?.gaps()[0]).toBeGreaterThanOrEqual(290);
    expect(chat.usage()).toMatchObject({ sent: 2, retried: 1, answers: 1 });
  });

  it('429 with a wait beyond the limit ends at once, naming the wait', async () => {
    const chat = await client(() => failure(429, 'slow down', { 'retry-after': '3600' }));
    const error = await fault(chat.complete(request));
    expect(error.code).toBe('SEA_CHAT_RATE_LIMIT');
    expect(error.message).toContain('3600 s');
    expect(server?.seen).toHaveLength(1);
    expect(concernsOneRequest(error)).toBe(false);
  });

  it('waits grow, each by a quarter less at most', async () => {
    const chat = await client((_seen, number) => (number < 3 ? failure(500, 'oops') : completion(goodText)), {
      retryDelayMs: 80,
    });
    await chat.complete(request);
    const [first, second, third] = server?.gaps() ?? [];
    expect(first).toBeGreaterThanOrEqual(59);
    expect(second).toBeGreaterThanOrEqual(119);
    expect(third).toBeGreaterThanOrEqual(239);
  });

  const broken: [string, Reply, string][] = [
    ['500', failure(500, 'oops'), 'SEA_CHAT_SERVER'],
    [
      '502 with an HTML page',
      { kind: 'html', status: 502, body: '<html><h1>Bad gateway</h1></html>' },
      'SEA_CHAT_SERVER',
    ],
    ['429', failure(429, 'slow down'), 'SEA_CHAT_RATE_LIMIT'],
    [
      'an error in a 200',
      { kind: 'json', status: 200, body: '{"error":{"message":"overloaded"}}' },
      'SEA_CHAT_SERVER',
    ],
    ['a stall before the headers', { kind: 'stall-before-headers' }, 'SEA_CHAT_TIMEOUT'],
    ['a stall in the body', { kind: 'stall-in-body' }, 'SEA_CHAT_TIMEOUT'],
    ['a closed connection', { kind: 'break' }, 'SEA_CHAT_NETWORK'],
    ['a connection closed in the body', { kind: 'break-in-body' }, 'SEA_CHAT_NETWORK'],
    ['a body that is no JSON', { kind: 'json', status: 200, body: '{"choices": [' }, 'SEA_CHAT_NETWORK'],
  ];

  it.each(broken)('%s is survived', async (_name, reply) => {
    const chat = await client((_seen, number) => (number === 0 ? reply : completion(goodText)), {
      timeoutMs: 300,
    });
    expect(await chat.complete(request)).toEqual(good);
    expect(server?.seen).toHaveLength(2);
  });

  it.each(broken)('%s for ever ends after the retries', async (_name, reply, code) => {
    const chat = await client(() => reply, { timeoutMs: 600, retries: 2 });
    const error = await fault(chat.complete(request));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/after 3 attempts/);
    expect(server?.seen).toHaveLength(3);
  });

  it.each([
    ['401', failure(401, `Incorrect API key provided: ${key}`), 'SEA_CHAT_UNAUTHORIZED'],
    ['403', failure(403, `Key ${key} may not`), 'SEA_CHAT_UNAUTHORIZED'],
    ['404', failure(404, `No model m1 for ${key}`), 'SEA_CHAT_REQUEST'],
    ['400', failure(400, `Bad temperature, said ${key}`), 'SEA_CHAT_REQUEST'],
    ['no credit', failure(429, `No credit for ${key}`, {}, 'insufficient_quota'), 'SEA_CHAT_QUOTA'],
    [
      'an HTML page',
      { kind: 'html', status: 200, body: `<!doctype html><p>${key}` } as Reply,
      'SEA_CHAT_NOT_API',
    ],
    ['other JSON', { kind: 'json', status: 200, body: `{"hello":"${key}"}` } as Reply, 'SEA_CHAT_NOT_API'],
  ])('%s is told at once, without the key that the server echoes', async (_name, reply, code) => {
    const chat = await client(() => reply);
    const error = await fault(chat.complete(request));
    expect(error.code).toBe(code);
    expect(error.message).toContain(server?.baseURL);
    expect(error.hint).toBeDefined();
    expect(server?.seen).toHaveLength(1);
  });

  it('an echoed key is taken out of retried faults and of answers', async () => {
    const chat = await client(() => failure(500, `oops ${key}`), { retries: 0 });
    expect((await fault(chat.complete(request))).message).toContain('oops [key]');
    await server?.close();
    const echo = await client(() => completion(JSON.stringify({ phrase: key, kind: 'product' })));
    expect(await echo.complete(request)).toEqual({ phrase: '[key]', kind: 'product' });
    expect(await cacheFiles()).toHaveLength(1);
  });

  it('a server that is not there is named', async () => {
    const chat = await client(() => completion(goodText), { retries: 1 });
    await server?.close();
    const error = await fault(chat.complete(request));
    expect(error.code).toBe('SEA_CHAT_NETWORK');
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('a signal ends a stalled request, a wait and a queue with its own reason', async () => {
    const chat = await client(
      (_seen, number) => (number === 0 ? { kind: 'stall-before-headers' } : failure(500, 'x')),
      {
        retryDelayMs: 60_000,
        timeoutMs: 60_000,
      },
    );
    for (let round = 0; round < 2; round++) {
      const reason = new Error('stopped by the user');
      const stop = new AbortController();
      const work = chat.complete({ ...request, signal: stop.signal });
      setTimeout(() => stop.abort(reason), 100);
      await expect(work).rejects.toBe(reason);
    }
    expect(server?.seen).toHaveLength(2);
  });
});

describe('servers that take other parameters', () => {
  it('steps down from the schema to json_object to the prompt, and remembers it', async () => {
    const chat = await client(({ body }) =>
      body.response_format === undefined
        ? completion(goodText)
        : failure(400, `response_format.type ${body.response_format.type} is not supported`),
    );
    await chat.complete(request);
    await chat.complete({ ...request, user: 'another' });
    expect(server?.seen.map(({ body }) => body.response_format?.type)).toEqual([
      'json_schema',
      'json_object',
      undefined,
      undefined,
    ]);
    expect(server?.seen[2].body.messages[0].content).toContain('"enum":["activity","product"]');
  });

  it('does not step down where the user chose', async () => {
    const chat = await client(() => failure(400, 'response_format json_schema is not supported'), {
      answerFormat: 'json_schema',
    });
    expect(await fault(chat.complete(request))).toMatchObject({ code: 'SEA_CHAT_REQUEST' });
    expect(server?.seen).toHaveLength(1);
  });

  it('names the length limit as newer models want it', async () => {
    const chat = await client(({ body }) =>
      'max_tokens' in body
        ? failure(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        : completion(goodText),
    );
    await chat.complete({ ...request, maxTokens: 70 });
    expect(server?.seen[1].body).toMatchObject({ max_completion_tokens: 70 });
  });

  it('a schema that strict mode cannot express is told in words', async () => {
    const chat = await client(() => completion('{"a":1}'));
    const schema = z.object({ a: z.number(), b: z.string().optional() });
    expect(await chat.complete({ task: 't', system: 's', user: 'u', schema })).toEqual({ a: 1 });
    expect(server?.seen[0].body.response_format).toEqual({ type: 'json_object' });
    expect(server?.seen[0].body.messages[0].content).toContain('"b":{"type":"string"}');
  });
});

describe('the answer cache', () => {
  it('answers the second time, across clients and without a key', async () => {
    const chat = await client(() => completion(goodText));
    await chat.complete(request);
    vi.stubEnv('SEA_TEST_KEY', '');
    const later = createOpenAIChat({
      baseURL: server?.baseURL,
      apiKeyEnv: 'SEA_TEST_KEY',
      model: 'm1',
      cacheDir: join(folder, 'cache'),
    });
    expect(await later.complete(request)).toEqual(good);
    expect(server?.seen).toHaveLength(1);
    expect(later.usage()).toMatchObject({ answers: 1, cacheHits: 1, sent: 0 });
  });

  it.each<[string, Partial<ChatRequest<Phrase>>]>([
    ['user', { user: 'other' }],
    ['system', { system: 'other' }],
    ['task', { task: 'other' }],
    [
      'schema',
      {
        schema: phraseSchema.extend({ kind: z.enum(['activity', 'product', 'place']) }) as z.ZodType<Phrase>,
      },
    ],
    ['version', { version: '2' }],
    ['temperature', { temperature: 0.5 }],
    ['maxTokens', { maxTokens: 9 }],
    ['seed', { seed: 1 }],
  ])('asks anew when %s differs', async (_name, change) => {
    const chat = await client(() => completion(goodText));
    await chat.complete(request);
    await chat.complete({ ...request, ...change });
    expect(server?.seen).toHaveLength(2);
  });

  it('asks anew for another model', async () => {
    const chat = await client(() => completion(goodText));
    await chat.complete(request);
    const options = { baseURL: server?.baseURL, apiKeyEnv: 'SEA_TEST_KEY', cacheDir: join(folder, 'cache') };
    await createOpenAIChat({ ...options, model: 'm2' }).complete(request);
    expect(server?.seen.map(({ body }) => body.model)).toEqual(['m1', 'm2']);
  });

  it('asks anew when validate refuses the stored answer, and keeps the new one', async () => {
    const better = { phrase: 'kite', kind: 'product' };
    const chat = await client((_seen, number) =>
      completion(number === 0 ? goodText : JSON.stringify(better)),
    );
    await chat.complete(request);
    const validate = ({ phrase }: Phrase): string | undefined =>
      phrase === 'kite' ? undefined : 'Leave the article out.';
    expect(await chat.complete({ ...request, validate })).toEqual(better);
    expect(await chat.complete({ ...request, validate })).toEqual(better);
    expect(server?.seen).toHaveLength(2);
  });

  it('asks anew when the file is damaged', async () => {
    const chat = await client(() => completion(goodText));
    await chat.complete(request);
    const [file] = await cacheFiles();
    for (const damage of [
      '',
      '{"format":1',
      '{"format":1,"key":"other","answer":{"phrase":"x","kind":"product"}}',
    ]) {
      await writeFile(file, damage);
      expect(await chat.complete(request)).toEqual(good);
    }
    expect(server?.seen).toHaveLength(4);
  });

  it('equal requests at the same time are asked once; a failing one does not take the others with it', async () => {
    const chat = await client((_seen, number) =>
      number === 0 ? failure(400, 'once') : completion(goodText),
    );
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => chat.complete(request)));
    expect(results.map(({ status }) => status).sort()).toEqual([
      ...Array<string>(5).fill('fulfilled'),
      'rejected',
    ]);
    expect(server?.seen).toHaveLength(2);
  });

  it('holds the answer, not the prompts', async () => {
    const chat = await client(() => completion(goodText));
    await chat.complete(request);
    const [file] = await cacheFiles();
    const text = await readFile(file, 'utf8');
    expect(JSON.parse(text)).toMatchObject({ format: 1, task: 'phrase', model: 'm1', answer: good });
    expect(text).not.toContain(request.user);
  });
});

it('keeps to the concurrency limit', async () => {
  let now = 0;
  let most = 0;
  const chat = await client(
    async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 15));
      now -= 1;
      return completion(goodText);
    },
    { concurrency: 3 },
  );
  const users = Array.from({ length: 12 }, (_, at) => `question ${at}`);
  await Promise.all(users.map((user) => chat.complete({ ...request, user })));
  expect(most).toBe(3);
});

describe('the estimate', () => {
  it('counts cache hits and repeats, asks nothing, needs no key, and says what it does not know', async () => {
    const chat = await client(() => completion(goodText));
    await chat.complete(request);
    vi.stubEnv('SEA_TEST_KEY', '');
    const other = { ...request, user: 'x'.repeat(4000) };
    const estimate = await chat.estimate([request, other, other]);
    expect(estimate).toMatchObject({ requests: 3, cacheHits: 2 });
    // 4000 ASCII characters are taken for 1000 tokens; system, schema and template come on top.
    expect(estimate.promptTokens).toBeGreaterThan(1000);
    expect(estimate.promptTokens).toBeLessThan(1200);
    expect(estimate.spend).toBeUndefined();
    expect(estimate.note).toMatch(/Spend is unknown/);
    expect(server?.seen).toHaveLength(1);
  });

  it('uses the price given', async () => {
    const chat = await client(() => completion(goodText), {
      price: { inputPerMillion: 3, outputPerMillion: 15, currency: 'EUR' },
    });
    const { promptTokens, answerTokens, spend } = await chat.estimate([
      request,
      { ...request, maxTokens: 20, user: 'b' },
    ]);
    expect(answerTokens).toBe(220);
    expect(spend?.currency).toBe('EUR');
    expect(spend?.amount).toBeCloseTo((promptTokens * 3 + 220 * 15) / 1e6, 12);
  });
});

describe('configuration', () => {
  it('tells every fault at once and never shows a key given in place of its variable', () => {
    try {
      createOpenAIChat({ baseURL: `http://me:${key}@x/v1`, apiKeyEnv: key, model: '', asks: 0 });
      expect.unreachable();
    } catch (error) {
      if (!ConfigError.isInstance(error)) throw error;
      expect(error.issues.map(({ path }) => path).sort()).toEqual(['apiKeyEnv', 'asks', 'baseURL', 'model']);
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(key);
    }
  });

  it.each(['not a url', 'ftp://x/v1', 'https://x/v1?key=1'])('refuses the baseURL %s', (baseURL) => {
    expect(() => createOpenAIChat({ baseURL, model: 'm' })).toThrow(/baseURL/);
  });

  it.each([
    ['missing', '', /SEA_TEST_KEY is not set/],
    ['with a line end inside', `${key}\nx`, /SEA_TEST_KEY holds characters/],
  ])('a key that is %s is named by its variable only', async (_name, value, said) => {
    const chat = await client(() => completion(goodText));
    vi.stubEnv('SEA_TEST_KEY', value);
    const error: unknown = await chat.complete(request).catch((thrown: unknown) => thrown);
    expect(ConfigError.isInstance(error)).toBe(true);
    expect((error as Error).message).toMatch(said);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(key);
    expect(server?.seen).toHaveLength(0);
  });

  it('describes itself without secrets', async () => {
    const chat = await client(() => completion(goodText));
    expect(chat.describe()).toBe(`model m1 at ${server?.baseURL}`);
    await chat.complete(request);
    expect(inspect(chat, { depth: 20, showHidden: true })).not.toContain(key);
    expect(JSON.stringify(chat)).not.toContain(key);
  });

  it('refuses a task that cannot name a schema', async () => {
    const chat = await client(() => completion(goodText));
    await expect(chat.complete({ ...request, task: '../x' })).rejects.toThrow(/task/);
  });
});
