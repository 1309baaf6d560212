import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  htmlReply,
  jsonReply,
  someBytes,
  startStandIn,
  videoReply,
  type Reply,
  type SeenRequest,
  type StandIn,
} from '../testing/stand-in-server.js';
import {
  createHuggingFaceTextToVideo,
  type HuggingFaceTextToVideoOptions,
} from './huggingface-text-to-video.js';

const request = { prompt: 'a red kite', width: 640, height: 384, fps: 24, numFrames: 120, seed: 7 };
const quick = { retries: 2, retryDelayMs: 5, requestTimeoutMs: 2000, jobTimeoutMs: 4000 };
const queued = {
  status: 'IN_QUEUE',
  request_id: 'r1',
  response_url: 'https://queue.fal.run/fal-ai/wan/requests/r1',
};
const finished = { video: { url: 'https://v3.fal.media/files/1.mp4' } };

let folder: string;
const open: StandIn[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-hf-'));
});
beforeEach(() => {
  process.env.TEST_HF_KEY = 'hf_secret123';
});
afterEach(async () => {
  delete process.env.TEST_HF_KEY;
  await Promise.all(open.splice(0).map((server) => server.close()));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** All hosts of the internet on one local server, which sees paths like `/router.huggingface.co/fal-ai/…`. */
async function internet(replies: Record<string, Reply | ((request: SeenRequest, time: number) => Reply)>) {
  const times = new Map<string, number>();
  const server = await startStandIn((seen) => {
    const path = seen.path.replace(/\?.*/, '');
    const longestFirst = Object.keys(replies).sort((a, b) => b.length - a.length);
    const key = longestFirst.find((start) => path.startsWith(start));
    if (key === undefined) return { status: 404, body: `nothing at ${path}` };
    const time = times.get(key) ?? 0;
    times.set(key, time + 1);
    const reply = replies[key];
    return typeof reply === 'function' ? reply(seen, time) : reply;
  });
  open.push(server);
  const transport: typeof fetch = async (input, init) => {
    const asked = new Request(input, init);
    const url = new URL(asked.url);
    const local = `${server.url}/${url.host}${url.pathname}${url.search}`;
    const body = asked.body === null ? undefined : await asked.text();
    const { method, headers, signal, redirect } = asked;
    return fetch(local, { method, headers, signal, redirect, body });
  };
  return { server, transport };
}

/** The hub's reply to where a model runs; ids differ because the library keeps them for the life of the process. */
const mapping = (model: string) =>
  jsonReply({
    id: model,
    inferenceProviderMapping: {
      'fal-ai': { status: 'live', providerId: 'fal-ai/wan', task: 'text-to-video' },
    },
  });

const fal = (model: string): Record<string, Reply> => ({
  [`/huggingface.co/api/models/${model}`]: mapping(model),
  '/router.huggingface.co/fal-ai/fal-ai/wan/requests/r1/status': jsonReply({ status: 'COMPLETED' }),
  '/router.huggingface.co/fal-ai/fal-ai/wan/requests/r1': jsonReply(finished),
  '/router.huggingface.co/fal-ai/fal-ai/wan': jsonReply(queued),
  '/v3.fal.media/files/1.mp4': videoReply(someBytes),
});

async function generate(
  replies: Parameters<typeof internet>[0],
  options: Partial<HuggingFaceTextToVideoOptions> = {},
  signal?: AbortSignal,
) {
  const { server, transport } = await internet(replies);
  const client = createHuggingFaceTextToVideo({
    model: 'owner/plain',
    provider: 'fal-ai',
    apiKeyEnv: 'TEST_HF_KEY',
    transport,
    ...quick,
    ...options,
  });
  const out = join(folder, 'clip.mp4');
  const provenance = await client.generate({ ...request, signal }, out);
  return { provenance, bytes: await readFile(out), seen: server.seen };
}

describe('createHuggingFaceTextToVideo', () => {
  it('asks the provider through Hugging Face, and keeps the key from the file server', async () => {
    const before = globalThis.fetch;
    const { provenance, bytes, seen } = await generate(fal('owner/plain'), {
      parameters: { num_inference_steps: 4 },
    });
    expect(bytes.equals(someBytes)).toBe(true);
    const asked = seen.find(({ method }) => method === 'POST');
    expect(asked?.json).toEqual({ prompt: 'a red kite', num_frames: 120, seed: 7, num_inference_steps: 4 });
    for (const { path, headers } of seen)
      expect(headers.authorization).toBe(path.includes('fal.media') ? undefined : 'Bearer hf_secret123');
    expect(provenance).toMatchObject({
      standIn: false,
      parameters: { model: 'owner/plain', provider: 'fal-ai' },
    });
    expect(JSON.stringify(provenance)).not.toContain('hf_secret');
    // Other code must not notice: outside of a call, fetch goes where it always went.
    const elsewhere = await startStandIn(() => jsonReply('here'));
    open.push(elsewhere);
    expect(await (await fetch(elsewhere.url)).json()).toBe('here');
    expect(await (await before(elsewhere.url)).json()).toBe('here');
  });

  const status = '/router.huggingface.co/fal-ai/fal-ai/wan/requests/r1/status';
  const result = '/router.huggingface.co/fal-ai/fal-ai/wan/requests/r1';
  const post = '/router.huggingface.co/fal-ai/fal-ai/wan';
  const file = '/v3.fal.media/files/1.mp4';
  it.each<[string, Record<string, Reply>, string, RegExp]>([
    [
      'a result at a private address',
      { [result]: jsonReply({ video: { url: 'http://169.254.169.254/x' } }) },
      'SEA_VIDEO_OTHER_HOST',
      /169\.254\.169\.254/,
    ],
    [
      'a result at this machine',
      { [result]: jsonReply({ video: { url: 'https://localhost/x' } }) },
      'SEA_VIDEO_OTHER_HOST',
      /localhost/,
    ],
    [
      'a file server that redirects',
      { [file]: { status: 302, headers: { location: 'https://evil.example/x' } } },
      'SEA_VIDEO_OTHER_HOST',
      /redirects to another host \(https:\/\/evil\.example\)/,
    ],
    [
      'a router that redirects',
      { [post]: { status: 307, headers: { location: 'https://evil.example/x' } } },
      'SEA_VIDEO_OTHER_HOST',
      /evil\.example/,
    ],
    [
      'a result without a video',
      { [result]: jsonReply({ detail: 'content policy' }) },
      'SEA_VIDEO_PROTOCOL',
      /malformed/,
    ],
    ['an HTML page for the video', { [file]: htmlReply }, 'SEA_VIDEO_NOT_VIDEO', /HTML/],
    [
      'JSON for the video',
      { [file]: { status: 200, headers: { 'content-type': 'video/mp4' }, body: '{"a": 1}' } },
      'SEA_VIDEO_NOT_VIDEO',
      /JSON/,
    ],
    ['5xx without end', { [status]: { status: 502, body: 'x' } }, 'SEA_VIDEO_SERVER', /tried 3 times/],
    ['429 without end', { [post]: { status: 429 } }, 'SEA_VIDEO_RATE_LIMIT', /tried 3 times/],
    [
      'a refused key',
      { [post]: { status: 401, body: 'hf_secret123' } },
      'SEA_VIDEO_UNAUTHORIZED',
      /HTTP 401\)$/,
    ],
    [
      'no credit',
      { [post]: { status: 402, body: '{"error": "credits of hf_secret123"}' } },
      'SEA_VIDEO_REQUEST',
      /HTTP 402.*credits of \[key\]/,
    ],
    ['a broken connection', { [file]: 'break' }, 'SEA_VIDEO_NETWORK', /tried 3 times/],
    ['a stall', { [status]: 'stall' }, 'SEA_VIDEO_TIMEOUT', /no reply within/],
  ])('says it of %s', async (_name, more, code, message) => {
    const replies = { ...fal('owner/plain'), ...more };
    await expect(generate(replies, { requestTimeoutMs: 300 })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('stops at maxBytes and at a job that never ends', async () => {
    await expect(generate(fal('owner/plain'), { maxBytes: 1000 })).rejects.toMatchObject({
      code: 'SEA_VIDEO_TOO_LARGE',
    });
    const endless = { ...fal('owner/plain'), [status]: jsonReply({ status: 'IN_PROGRESS' }) };
    await expect(generate(endless, { jobTimeoutMs: 800 })).rejects.toMatchObject({
      code: 'SEA_VIDEO_TIMEOUT',
    });
  });

  it('wants a key by name, a model id and a known provider', async () => {
    delete process.env.TEST_HF_KEY;
    await expect(generate({})).rejects.toMatchObject({ code: 'SEA_VIDEO_NO_KEY' });
    expect(() =>
      createHuggingFaceTextToVideo({ model: 'https://x/y', apiKeyEnv: 'hf_abc', maxBytes: 0 }),
    ).toThrow(/3 faults/);
  });
});
