import { inspect } from 'node:util';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

import { chatErrorCodes } from './chat-error-codes.js';
import { createOpenAIChat } from './openai-chat.js';
import {
  completion,
  failure,
  startStandIn,
  type Reply,
  type SeenRequest,
  type StandIn,
} from './testing/stand-in-server.js';
import type { TextChatOptions } from './openai-chat-options.js';
import { createOpenAITextChat, type TextChat } from './text-chat.js';

const key = 'sk-stand-in-0123456789abcdef';
let server: StandIn | undefined;
beforeEach(() => vi.stubEnv('SEA_TEST_KEY', key));
afterEach(async () => {
  await server?.close();
  server = undefined;
  vi.unstubAllEnvs();
});

async function client(
  answer: (seen: SeenRequest, number: number) => Reply,
  options: Partial<TextChatOptions> = {},
): Promise<TextChat> {
  server = await startStandIn(answer);
  const base = { baseURL: server.baseURL, apiKeyEnv: 'SEA_TEST_KEY', model: 'm1', retryDelayMs: 5 };
  return createOpenAITextChat({ ...base, ...options });
}

const kite = { parts: [{ type: 'text' as const, text: 'How do I fly a kite?' }] };

describe('createOpenAITextChat', () => {
  it('sends plain text as a string, with what was set, and counts', async () => {
    const chat = await client(() => completion('Run.', {}, 'length'), {
      price: { inputPerMillion: 2, outputPerMillion: 30 },
    });
    const request = { ...kite, system: 'Be kind.', temperature: 0, topP: 0.5, maxTokens: 300, seed: 1 };
    expect(await chat.ask(request)).toEqual({
      text: 'Run.',
      finish: 'length',
      promptTokens: 100,
      answerTokens: 10,
    });
    expect(server?.seen[0].body).toEqual({
      model: 'm1',
      stream: false,
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'How do I fly a kite?' },
      ],
      temperature: 0,
      top_p: 0.5,
      max_tokens: 300,
      seed: 1,
    });
    // 100 tokens at 2 and 10 at 30 a million.
    expect(chat.usage()).toMatchObject({ answers: 1, sent: 1, spend: { amount: 0.0005, currency: 'USD' } });
    expect(inspect(chat, { depth: 9, showHidden: true }) + chat.describe()).not.toContain(key);
  });

  it('sends pictures, videos and sound in their places', async () => {
    const chat = await client(() => completion('A kite.'));
    const data = Uint8Array.of(1, 2, 3, 4).subarray(1);
    await chat.ask({
      parts: [
        { type: 'image', mediaType: 'image/png', data },
        { type: 'video', mediaType: 'video/mp4', data },
        { type: 'audio', format: 'mp3', data },
        { type: 'text', text: 'What is it?' },
      ],
    });
    // Bytes 2, 3, 4 in base64, by hand: 000000 100000 001100 000100.
    expect(server?.seen[0].body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AgME' } },
          { type: 'video_url', video_url: { url: 'data:video/mp4;base64,AgME' } },
          { type: 'input_audio', input_audio: { data: 'AgME', format: 'mp3' } },
          { type: 'text', text: 'What is it?' },
        ],
      },
    ]);
  });

  it.each([
    [
      'a refusal in its own field',
      completion(null, { refusal: 'I cannot.' }),
      { text: 'I cannot.', finish: 'stop' },
    ],
    ['nothing', completion(null), { text: '', finish: 'stop' }],
    ['a filter that ended it', completion('Wel', {}, 'content_filter'), { text: 'Wel', finish: 'filter' }],
    ['a filter before it', failure(400, 'filtered', {}, 'content_filter'), { text: '', finish: 'filter' }],
    ['another ending', completion('a', {}, 'tool_calls'), { text: 'a' }],
    ['spaces', completion('  a\n'), { text: '  a\n', finish: 'stop' }],
  ])('takes %s for an answer', async (_, reply, expected) => {
    const chat = await client(() => reply);
    const { text, finish } = await chat.ask(kite);
    expect({ text, ...(finish && { finish }) }).toEqual(expected);
  });

  it('joins an answer in parts', async () => {
    const parts = [{ type: 'text', text: 'A ' }, { type: 'other' }, { type: 'text', text: 'kite.' }];
    const message = { role: 'assistant', content: parts };
    const body = JSON.stringify({ choices: [{ finish_reason: null, message }] });
    const chat = await client(() => ({ kind: 'json', status: 200, body }));
    const reply = await chat.ask(kite);
    expect(reply.text).toBe('A kite.');
    expect(reply).not.toHaveProperty('finish');
    expect(chat.usage().uncounted).toBe(1);
  });

  it('finds out the name of the token limit once', async () => {
    const chat = await client(({ body }) =>
      'max_tokens' in body ? failure(400, "Use 'max_completion_tokens' instead.") : completion('a'),
    );
    await chat.ask({ ...kite, maxTokens: 5 });
    await chat.ask({ ...kite, maxTokens: 5 });
    expect(server?.seen.map(({ body }) => body.max_completion_tokens)).toEqual([undefined, 5, 5]);
  });

  it('tries again after 429 and 5xx, and gives up on a wrong request', async () => {
    const replies = [failure(429, 'slow down', { 'retry-after': '0' }), failure(500, 'oh'), completion('a')];
    const chat = await client((_, number) => replies[number] ?? failure(400, 'no such model'));
    expect((await chat.ask(kite)).text).toBe('a');
    expect(chat.usage()).toMatchObject({ sent: 3, retried: 2, answers: 1 });
    await expect(chat.ask(kite)).rejects.toMatchObject({ code: chatErrorCodes.request });
  });

  it('takes no option that it has no use for', () => {
    const options = { model: 'm', asks: 2, cacheDir: '.cache' };
    expect(() => createOpenAITextChat(options)).toThrow(/asks|cacheDir/);
  });

  it('stops when told', async () => {
    const chat = await client(() => ({ kind: 'stall-before-headers' }));
    const stop = new AbortController();
    const asked = chat.ask({ ...kite, signal: stop.signal });
    setTimeout(() => stop.abort(new Error('stopped')), 20);
    await expect(asked).rejects.toThrow('stopped');
  });
});

describe('createOpenAIChat with a parser of its own', () => {
  it('asks again with what the parser says, and tells of every reply', async () => {
    const replies = ['maybe', 'yes'];
    server = await startStandIn((_, number) => completion(replies[number]));
    const chat = createOpenAIChat({ baseURL: server.baseURL, model: 'm1' });
    const heard: unknown[] = [];
    const answer = await chat.complete({
      task: 'vote',
      system: 'Vote.',
      user: 'Kites?',
      schema: z.literal('yes'),
      parse: (text) => (text === 'yes' ? { json: text } : { fault: 'It is undecided.' }),
      onReply: (reply) => heard.push(reply),
    });
    expect(answer).toBe('yes');
    expect(heard).toEqual(replies.map((content) => ({ content, promptTokens: 100, answerTokens: 10 })));
    expect(server.seen[1].body.messages.at(-1)?.content).toContain('It is undecided.');
  });
});
