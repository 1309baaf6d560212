import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { ChatError, ConfigError } from '@sea-align/core';
import { encodeVideo, encodeWav } from '@sea-align/media';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { evenlySpread } from './medium-parts.js';
import { createServerTarget, type ServerTargetOptions } from './server-target.js';
import {
  chatFailure,
  startStandInChat,
  type ChatStandIn,
  type ChatStandInReply,
  type SeenChat,
} from './stand-in-chat.fixture.js';
import type { Target, TargetRequest } from './target.js';

const key = 'sk-target-0123456789abcdef';
const request: TargetRequest = {
  key: 'attack/s/t/1',
  question: 'How do I fly a kite?',
  decoding: { maxNewTokens: 300, temperature: 0 },
};
const imageBytes = Uint8Array.of(2, 3, 4);
const frames = 12;
let folder = '';
const file = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'server-target-'));
  await writeFile(file('a.png'), imageBytes);
  await writeFile(file('a.wav'), encodeWav(Float32Array.of(0, 0.5), 16_000));
  // Frame n is of grey 20 n.
  const pictures = Array.from({ length: frames }, (_, at) => new Uint8Array(64 * 48).fill(20 * at));
  await encodeVideo(pictures, { width: 64, height: 48, fps: 4, crf: 10, pixelFormat: 'gray' }, file('a.mp4'));
});
afterAll(() => rm(folder, { recursive: true }));

let server: ChatStandIn | undefined;
beforeEach(() => vi.stubEnv('SEA_TEST_KEY', key));
afterEach(async () => {
  await server?.close();
  server = undefined;
  vi.unstubAllEnvs();
});

async function start(
  answer: (seen: SeenChat, number: number) => ChatStandInReply,
  {
    chat,
    ...options
  }: Partial<Omit<ServerTargetOptions, 'chat'>> & { chat?: Partial<ServerTargetOptions['chat']> } = {},
): Promise<Target> {
  server = await startStandInChat(answer);
  const base = {
    baseURL: server.baseURL,
    apiKeyEnv: 'SEA_TEST_KEY',
    model: 'm1',
    retries: 0,
    retryDelayMs: 5,
  };
  return createServerTarget({ ...options, chat: { ...base, ...chat } });
}

const withMedium = (modality: 'image' | 'video' | 'audio', name: string): TargetRequest => ({
  ...request,
  medium: { modality, path: file(name), id: name },
});
const contentOf = (at = 0): unknown => server?.seen[at].body.messages.at(-1)?.content;

describe('createServerTarget', () => {
  it('asks with the decoding of the run and no system prompt of its own', async () => {
    const target = await start(() => ({ content: 'Run.' }), {
      chat: { price: { inputPerMillion: 2, outputPerMillion: 30 } },
    });
    const decoding = { maxNewTokens: 300, temperature: 0.7, topP: 0.9, seed: 4 };
    expect(await target.answer([{ ...request, decoding }])).toEqual([
      { answer: 'Run.', finish: 'stop', tokens: { prompt: 100, answer: 10 }, latencyMs: expect.any(Number) },
    ]);
    const [{ authorization, body }] = server?.seen ?? [];
    expect(authorization).toBe(`Bearer ${key}`);
    expect(body).toEqual({
      model: 'm1',
      stream: false,
      messages: [{ role: 'user', content: 'How do I fly a kite?' }],
      max_tokens: 300,
      temperature: 0.7,
      top_p: 0.9,
      seed: 4,
    });
    expect(target.spend()).toEqual({ amount: 0.0005, currency: 'USD' });
    expect(inspect([target, target.describe()], { depth: 9, showHidden: true })).not.toContain(key);
  });

  it.each([
    [undefined, 'Be kind.', 'Be kind.'],
    ['Be brief.', 'Be kind.', 'Be brief.'],
    ['', 'Be kind.', undefined],
    ['Be brief.', undefined, 'Be brief.'],
  ])('system prompt %j of the request, %j of the target: %j', async (system, systemPrompt, sent) => {
    const target = await start(() => ({ content: 'a' }), { systemPrompt });
    await target.answer([{ ...request, system }]);
    const messages = server?.seen[0].body.messages ?? [];
    expect(messages[0].role === 'system' ? messages[0].content : undefined).toBe(sent);
  });

  it('leaves out what the model refuses to be told', async () => {
    const target = await start(() => ({ content: 'a' }), { omit: ['temperature', 'seed'] });
    await target.answer([{ ...request, decoding: { ...request.decoding, seed: 1 } }]);
    expect(Object.keys(server?.seen[0].body ?? {}).toSorted()).toEqual([
      'max_tokens',
      'messages',
      'model',
      'stream',
    ]);
    expect(target.describe()).toMatchObject({ omitted: ['temperature', 'seed'] });
  });
});

describe('media', () => {
  it('stand before the question: pictures, videos, sound', async () => {
    const target = await start(() => ({ content: 'a' }));
    await target.answer([withMedium('image', 'a.png')]);
    await target.answer([{ ...withMedium('audio', 'a.wav'), question: '' }]);
    await target.answer([withMedium('video', 'a.mp4')]);
    const text = { type: 'text', text: request.question };
    expect(contentOf(0)).toEqual([
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AgME' } },
      text,
    ]);
    const wav = Buffer.from(encodeWav(Float32Array.of(0, 0.5), 16_000)).toString('base64');
    expect(contentOf(1)).toEqual([{ type: 'input_audio', input_audio: { data: wav, format: 'wav' } }]);
    expect(contentOf(2)).toEqual([
      { type: 'video_url', video_url: { url: expect.stringMatching(/^data:video\/mp4;base64,AAAA/) } },
      text,
    ]);
  });

  it('a video as frames, evenly spread', async () => {
    const target = await start(() => ({ content: 'a' }), { videoAs: 'frames', frames: 3 });
    expect(target.describe()).toMatchObject({ videoAs: 'frames', frames: 3 });
    await target.answer([withMedium('video', 'a.mp4')]);
    const parts = contentOf() as { type: string; image_url?: { url: string } }[];
    expect(parts.map(({ type }) => type)).toEqual(['image_url', 'image_url', 'image_url', 'text']);
    // Middles of three stretches of four frames: 2, 6, 10, of grey 40, 120, 200.
    for (const [at, grey] of [40, 120, 200].entries()) {
      const [head, data] = (parts[at].image_url?.url ?? '').split(',');
      expect(head).toBe('data:image/jpeg;base64');
      const picture = sharp(Buffer.from(data, 'base64'));
      expect(await picture.metadata()).toMatchObject({ width: 64, height: 48 });
      const { channels } = await picture.stats();
      expect(Math.abs(channels[0].mean - grey)).toBeLessThan(4);
    }
  });

  it('a sound of another format as WAV', async () => {
    const target = await start(() => ({ content: 'a' }));
    // The name decides: here WAV data by another name, which ffmpeg knows by its content.
    await writeFile(file('a.oga'), encodeWav(Float32Array.of(0, 0.5), 16_000));
    await target.answer([withMedium('audio', 'a.oga')]);
    const wav = Buffer.from(encodeWav(Float32Array.of(0, 0.5), 16_000)).toString('base64');
    expect(contentOf()).toEqual([
      { type: 'input_audio', input_audio: { data: wav, format: 'wav' } },
      { type: 'text', text: request.question },
    ]);
  });

  it.each([
    ['missing.mp4', 'video', 'video_url', /missing\.mp4.*ENOENT/],
    ['missing.mp4', 'video', 'frames', /missing\.mp4/],
    ['a.png', 'video', 'video_url', /no video/],
    ['a.png', 'video', 'frames', /a\.png/],
    ['a.wav', 'image', 'video_url', /no image/],
    ['a.mp4', 'audio', 'video_url', /not audio/],
    ['a.mp4', 'video', 'video_url', /more than maxMediaBytes \(500\)/],
  ] as const)('%s as %s (%s) costs only its case', async (name, modality, videoAs, message) => {
    const target = await start(() => ({ content: 'a' }), {
      videoAs,
      maxMediaBytes: 500,
      modalities: ['image', 'video'],
    });
    const [bad, good] = await target.answer([withMedium(modality, name), request]);
    expect(bad.error).toMatch(message);
    expect(good).toMatchObject({ answer: 'a' });
    expect(server?.seen).toHaveLength(1);
  });

  it('frames are spread over the whole video, without repeats', () => {
    expect(evenlySpread(120, 4)).toEqual([15, 45, 75, 105]);
    expect(evenlySpread(3, 8)).toEqual([0, 1, 2]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 256 }), (total, wanted) => {
        const indices = evenlySpread(total, wanted);
        expect(new Set(indices).size).toBe(Math.min(total, wanted));
        expect(indices[0]).toBeGreaterThanOrEqual(0);
        expect(indices.at(-1)).toBeLessThan(total);
        expect(indices).toEqual(indices.toSorted((a, b) => a - b));
        // As far from the end as from the beginning, but for rounding.
        expect(Math.abs(indices[0] - (total - 1 - (indices.at(-1) ?? 0)))).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('what comes back', () => {
  const refusal = {
    body: { choices: [{ finish_reason: 'stop', message: { content: null, refusal: 'I cannot.' } }] },
  };
  it.each([
    ['a refusal', refusal, { answer: 'I cannot.', finish: 'stop' }],
    ['nothing', { content: null }, { answer: '', finish: 'stop' }],
    ['a cut answer', { content: 'Ru', finish: 'length' }, { answer: 'Ru', finish: 'length' }],
    ['a filtered answer', { content: '', finish: 'content_filter' }, { answer: '' }],
    ['a filtered question', chatFailure(400, 'filtered', { code: 'content_filter' }), { answer: '' }],
  ])('%s is an answer', async (_, reply, expected) => {
    const target = await start(() => reply);
    const [{ latencyMs, ...given }] = await target.answer([request]);
    expect(latencyMs).toBeGreaterThan(0);
    const { tokens: _tokens, ...rest } = given as Record<string, unknown>;
    expect(rest).toEqual(expected);
  });

  it.each([
    ['a question that it does not take', chatFailure(400, 'maximum context length')],
    ['a fault of the server', chatFailure(500, 'oh')],
    ['a late answer', { content: 'a', after: 1500 }],
  ])('%s costs only its case', async (_, reply) => {
    const target = await start((_seen, number) => (number === 0 ? reply : { content: 'a' }), {
      chat: { timeoutMs: 700 },
    });
    expect((await target.answer([request]))[0].error).toBeTypeOf('string');
    expect((await target.answer([request]))[0]).toMatchObject({ answer: 'a' });
  });

  it.each([
    ['a wrong key', chatFailure(401, `Incorrect key ${key}`)],
    ['a wrong model', chatFailure(404, 'no such model')],
    ['no credit', chatFailure(429, 'quota', { code: 'insufficient_quota' })],
    ['no chat API', { body: 'hello' }],
  ])('%s concerns every request', async (_, reply) => {
    const target = await start(() => reply);
    const error: unknown = await target.answer([request]).catch((thrown: unknown) => thrown);
    expect(ChatError.isInstance(error)).toBe(true);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(key);
  });

  it('a server that is gone, or takes no more requests, is an outage: the run finds out what it concerns', async () => {
    const busy = await start(() => chatFailure(429, 'slow down'));
    expect(await busy.answer([request])).toMatchObject([
      { error: expect.stringContaining('429'), outage: true },
    ]);
    await server?.close();
    expect(await busy.answer([request])).toMatchObject([
      { error: expect.stringContaining('cannot be reached'), outage: true },
    ]);
  });

  it('an answer whose tokens are not counted has cost what was estimated', async () => {
    const price = { inputPerMillion: 1000, outputPerMillion: 1000 };
    const body = { choices: [{ finish_reason: 'stop', message: { content: 'Run.' } }] };
    const target = await start((_, number) => (number === 0 ? { content: 'a' } : { body }), {
      chat: { price },
    });
    await target.answer([request]);
    const counted = target.spend()?.amount ?? 0;
    await target.answer([request]);
    const estimated = (await target.estimate([request])).spend?.amount ?? 0;
    expect(estimated).toBeGreaterThan(0);
    expect(target.spend()?.amount).toBeCloseTo(counted + estimated, 12);
  });

  it('is waited for after 429, as long as the server asks', async () => {
    const target = await start(
      (_, number) =>
        number === 0 ? chatFailure(429, 'slow', { headers: { 'retry-after-ms': '50' } }) : { content: 'a' },
      { chat: { retries: 1 } },
    );
    const [reply] = await target.answer([request]);
    expect(reply).toMatchObject({ answer: 'a' });
    expect(reply.latencyMs).toBeGreaterThanOrEqual(50);
  });

  it('is not waited for when the run is stopped', async () => {
    const target = await start(() => ({ content: 'a', after: 5000 }));
    const stop = new AbortController();
    const asked = target.answer([request], { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('stopped')), 20);
    await expect(asked).rejects.toThrow('stopped');
  });
});

it('estimates without key, file or request', async () => {
  vi.unstubAllEnvs();
  const price = { inputPerMillion: 1, outputPerMillion: 10 };
  const target = await start(() => ({ content: 'a' }), {
    chat: { price },
    videoAs: 'frames',
    frames: 4,
    mediaTokens: { image: 100 },
  });
  const plain = await target.estimate([request]);
  // 20 characters are 5 tokens; 16 for the template.
  expect(plain).toMatchObject({ requests: 1, promptTokens: 21, answerTokens: 300 });
  expect(plain.spend?.amount).toBeCloseTo((21 + 3000) / 1e6, 12);
  const shown = await target.estimate([withMedium('video', 'missing.mp4'), request]);
  expect(shown).toMatchObject({ requests: 2, promptTokens: 442, answerTokens: 600 });
  expect(server?.seen).toHaveLength(0);
  expect((await createServerTarget({ chat: { model: 'm' } }).estimate([request])).spend).toBeUndefined();
});

it('throws for faults in the options', () => {
  expect(() => createServerTarget({ chat: { model: '' } })).toThrow(ConfigError);
  expect(() => createServerTarget({ chat: { model: 'm', baseURL: 'http://u:p@localhost/v1' } })).toThrow(
    /baseURL/,
  );
  expect(() => createServerTarget({ chat: { model: 'm' }, frames: 0 })).toThrow(/frames/);
});
