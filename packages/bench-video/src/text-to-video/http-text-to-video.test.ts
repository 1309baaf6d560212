import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

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
import { createHttpTextToVideo, type HttpTextToVideoOptions } from './http-text-to-video.js';

const request = { prompt: 'a red kite', width: 640, height: 384, fps: 24, numFrames: 120, seed: 7 };
const quick = { pollMs: 5, retries: 2, retryDelayMs: 5, requestTimeoutMs: 2000, jobTimeoutMs: 4000 };

let folder: string;
const open: StandIn[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-t2v-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  delete process.env.TEST_VIDEO_KEY;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function serve(answer: (request: SeenRequest, number: number) => Reply): Promise<StandIn> {
  const server = await startStandIn(answer);
  open.push(server);
  return server;
}

async function generate(
  server: StandIn,
  options: Partial<HttpTextToVideoOptions> = {},
  signal?: AbortSignal,
) {
  const client = createHttpTextToVideo({ url: `${server.url}/generate?tier=1`, ...quick, ...options });
  const out = join(folder, 'clip.mp4');
  await rm(out, { force: true });
  return { provenance: await client.generate({ ...request, signal }, out), bytes: await readFile(out) };
}

/** The job protocol: POST gives a job, each look gives the next state. */
function job(...states: Reply[]): (request: SeenRequest) => Reply {
  let looks = 0;
  return ({ method, path }) => {
    if (method === 'POST') return jsonReply({ status: 'queued', job_url: '/jobs/1' }, 202);
    if (path === '/jobs/1') return states[Math.min(looks++, states.length - 1)];
    return path.startsWith('/files/') ? videoReply(someBytes) : { status: 404 };
  };
}

describe('createHttpTextToVideo', () => {
  it('saves a video that comes at once, and says what it sent', async () => {
    process.env.TEST_VIDEO_KEY = 'secret-123';
    const server = await serve(() => videoReply(someBytes));
    const options = { apiKeyEnv: 'TEST_VIDEO_KEY', parameters: { model: 'wan', seed: 99 }, version: '2.1' };
    const { provenance, bytes } = await generate(server, options);
    expect(bytes.equals(someBytes)).toBe(true);
    expect(server.seen[0].json).toEqual({
      prompt: 'a red kite',
      width: 640,
      height: 384,
      fps: 24,
      num_frames: 120,
      seed: 7,
      model: 'wan',
    });
    expect(server.seen[0].headers.authorization).toBe('Bearer secret-123');
    expect(provenance).toMatchObject({ version: '2.1', standIn: false, prompt: 'a red kite', seed: 7 });
    expect(JSON.stringify(provenance)).not.toMatch(/secret-123|tier=1/);
  });

  it.each([
    [
      'a job_url whose job names the file',
      job(jsonReply({ status: 'running' }), jsonReply({ status: 'SUCCEEDED', video_url: '/files/1.mp4' })),
    ],
    [
      'a job that answers with the video itself',
      job(jsonReply({ status: 'running' }), videoReply(someBytes)),
    ],
    [
      '202 with a Location',
      ({ method }: SeenRequest) =>
        method === 'POST' ? { status: 202, headers: { location: 'jobs/7' } } : videoReply(someBytes),
    ],
    [
      'a video_url at once',
      ({ method }: SeenRequest) =>
        method === 'POST' ? jsonReply({ video_url: 'out.mp4' }) : videoReply(someBytes),
    ],
    [
      'a redirect on the same host',
      ({ method }: SeenRequest) =>
        method === 'POST' ? { status: 303, headers: { location: '/done.mp4' } } : videoReply(someBytes),
    ],
  ])('takes %s', async (_name, answer) => {
    const { bytes } = await generate(await serve(answer));
    expect(bytes.equals(someBytes)).toBe(true);
  });

  it.each<[string, Reply[], string, RegExp]>([
    [
      'a failed job',
      [jsonReply({ status: 'failed', error: { message: 'CUDA\nout of memory' } })],
      'SEA_VIDEO_JOB_FAILED',
      /the job failed: CUDA out of memory/,
    ],
    ['a cancelled job', [jsonReply({ status: 'Cancelled' })], 'SEA_VIDEO_JOB_FAILED', /failed/],
    [
      'a job done without a file',
      [jsonReply({ status: 'done' })],
      'SEA_VIDEO_PROTOCOL',
      /without a video_url/,
    ],
    ['an HTML page for the job', [htmlReply], 'SEA_VIDEO_NOT_VIDEO', /an HTML page/],
    [
      'a job on another host',
      [jsonReply({ status: 'done', video_url: 'http://169.254.169.254/latest' })],
      'SEA_VIDEO_OTHER_HOST',
      /another host \(http:\/\/169\.254\.169\.254\)/,
    ],
    [
      'a file: address',
      [jsonReply({ status: 'done', video_url: 'file:///etc/passwd' })],
      'SEA_VIDEO_OTHER_HOST',
      /another host/,
    ],
    [
      'a redirect to another host',
      [{ status: 302, headers: { location: 'http://localhost:1/x' } }],
      'SEA_VIDEO_OTHER_HOST',
      /redirects to another host \(http:\/\/localhost:1\)/,
    ],
    [
      'endless redirects',
      [{ status: 302, headers: { location: '/jobs/1' } }],
      'SEA_VIDEO_PROTOCOL',
      /redirects/,
    ],
    ['JSON of another kind', [jsonReply([1, 2])], 'SEA_VIDEO_PROTOCOL', /no job/],
    [
      'broken JSON',
      [{ status: 200, headers: { 'content-type': 'application/json' }, body: '{"status": ' }],
      'SEA_VIDEO_PROTOCOL',
      /JSON/,
    ],
    [
      'a job that is gone',
      [{ status: 404, body: 'no such job' }],
      'SEA_VIDEO_REQUEST',
      /HTTP 404: no such job/,
    ],
    [
      '5xx without end',
      [{ status: 502, body: 'bad gateway' }],
      'SEA_VIDEO_SERVER',
      /HTTP 502.*tried 3 times/,
    ],
    ['429 without end', [{ status: 429 }], 'SEA_VIDEO_RATE_LIMIT', /tried 3 times/],
    [
      '429 with a long wait',
      [{ status: 429, headers: { 'retry-after': '3600' } }],
      'SEA_VIDEO_RATE_LIMIT',
      /asks to wait 3600 s/,
    ],
    ['a refused key', [{ status: 401, body: 'key abc is wrong' }], 'SEA_VIDEO_UNAUTHORIZED', /HTTP 401\)$/],
    ['a broken connection', ['break'], 'SEA_VIDEO_NETWORK', /connection broke.*tried 3 times/],
    ['a cut-off video', ['break-in-body'], 'SEA_VIDEO_NETWORK', /connection broke/],
    ['an empty video', [videoReply(new Uint8Array())], 'SEA_VIDEO_NOT_VIDEO', /empty video/],
    [
      'JSON called a video',
      [{ status: 200, headers: { 'content-type': 'video/mp4' }, body: '{"detail": "x"}' }],
      'SEA_VIDEO_NOT_VIDEO',
      /JSON where a video belongs/,
    ],
  ])('says it of %s', async (_name, states, code, message) => {
    const server = await serve(job(...states));
    await expect(generate(server)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect((await readdir(folder)).filter((name) => name.includes('clip') || name.endsWith('.tmp'))).toEqual(
      [],
    );
  });

  it('gives up on a job that never ends', async () => {
    const server = await serve(job(jsonReply({ status: 'running' })));
    await expect(generate(server, { jobTimeoutMs: 150 })).rejects.toMatchObject({
      code: 'SEA_VIDEO_TIMEOUT',
      message: expect.stringContaining('not ready within 0.15 s'),
    });
  });

  it.each(['stall', 'stall-in-body'] as const)('gives up on a reply that does %s', async (stall) => {
    const server = await serve(job(stall));
    await expect(generate(server, { requestTimeoutMs: 60, retries: 1 })).rejects.toMatchObject({
      code: 'SEA_VIDEO_TIMEOUT',
      message: expect.stringContaining('tried 2 times'),
    });
  });

  it('never asks twice for a clip that may still be in the making', async () => {
    const server = await serve(() => 'stall');
    await expect(generate(server, { jobTimeoutMs: 100 })).rejects.toMatchObject({
      code: 'SEA_VIDEO_TIMEOUT',
    });
    expect(server.seen).toHaveLength(1);
  });

  it('goes on after faults that pass', async () => {
    const server = await serve((_request, number) =>
      number === 0
        ? { status: 503, headers: { 'retry-after': '0.01' } }
        : number === 1
          ? 'break'
          : videoReply(someBytes),
    );
    expect((await generate(server)).bytes.equals(someBytes)).toBe(true);
    expect(server.seen).toHaveLength(3);
  });

  it('stops at maxBytes, declared or not', async () => {
    const server = await serve(() => videoReply(someBytes));
    await expect(generate(server, { maxBytes: 1000 })).rejects.toMatchObject({ code: 'SEA_VIDEO_TOO_LARGE' });
    const chunked = await serve(() => ({
      status: 200,
      headers: { 'transfer-encoding': 'chunked' },
      body: someBytes,
    }));
    await expect(generate(chunked, { maxBytes: 1000 })).rejects.toMatchObject({
      code: 'SEA_VIDEO_TOO_LARGE',
    });
  });

  it('fetches from hosts that the user names, without the key', async () => {
    process.env.TEST_VIDEO_KEY = 'secret-123';
    const cdn = await serve(() => videoReply(someBytes));
    const server = await serve(() => jsonReply({ video_url: `${cdn.url}/1.mp4` }));
    await expect(generate(server)).rejects.toMatchObject({ code: 'SEA_VIDEO_OTHER_HOST' });
    const options = {
      apiKeyEnv: 'TEST_VIDEO_KEY',
      apiKeyHeader: 'x-key',
      resultHosts: [new URL(cdn.url).host],
    };
    await generate(server, options);
    expect(server.seen.at(-1)?.headers['x-key']).toBe('secret-123');
    expect(JSON.stringify(cdn.seen.map(({ headers }) => headers))).not.toContain('secret-123');
  });

  it('hides a key that the server echoes', async () => {
    process.env.TEST_VIDEO_KEY = 'secret-123';
    const server = await serve(() => ({ status: 400, body: 'bad field for secret-123' }));
    await expect(generate(server, { apiKeyEnv: 'TEST_VIDEO_KEY' })).rejects.toThrow('bad field for [key]');
  });

  it('stops when told, with the reason given', async () => {
    const server = await serve(job(jsonReply({ status: 'running' })));
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('enough')), 40);
    await expect(generate(server, {}, stop.signal)).rejects.toThrow('enough');
  });

  it('checks its options, all at once, and the key late', async () => {
    expect(() => createHttpTextToVideo({ url: 'http://u:p@x/', apiKeyEnv: 'sk-123', pollMs: 0 })).toThrow(
      /3 faults/,
    );
    const client = createHttpTextToVideo({
      url: 'http://127.0.0.1:9/',
      apiKeyEnv: 'TEST_VIDEO_KEY',
      pricePerClip: { amount: 0.25 },
    });
    expect(client.estimate?.(4)).toMatchObject({
      calls: 4,
      spend: { amount: 1, currency: 'USD' },
      seconds: undefined,
    });
    await expect(client.generate(request, join(folder, 'x'))).rejects.toMatchObject({
      code: 'SEA_VIDEO_NO_KEY',
    });
  });
});
