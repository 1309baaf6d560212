import { mkdtemp, readFile, rm } from 'node:fs/promises';
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
import { createComfyTextToVideo, type ComfyTextToVideoOptions } from './comfy-text-to-video.js';
import { fillWorkflow } from './workflow-template.js';

const workflow = {
  '3': { class_type: 'KSampler', inputs: { seed: '{{seed}}', steps: 20, model: ['4', 0] } },
  '6': { class_type: 'CLIPTextEncode', inputs: { text: 'cinematic, {{prompt}}, {{ fps }} fps' } },
  '8': {
    class_type: 'EmptyVideo',
    inputs: { width: '{{width}}', height: '{{height}}', length: '{{num_frames}}' },
  },
};
const request = {
  prompt: 'a "kite" {{seed}}\nover $& hills',
  width: 640,
  height: 384,
  fps: 24,
  numFrames: 120,
  seed: 7,
};
const quick = { pollMs: 5, retries: 2, retryDelayMs: 5, requestTimeoutMs: 2000, jobTimeoutMs: 4000 };
const video = { filename: 'a&b ?.mp4', subfolder: '../x', type: 'output' };
const done = (outputs: unknown): Reply =>
  jsonReply({ 'id-1': { outputs, status: { status_str: 'success', completed: true, messages: [] } } });

let folder: string;
const open: StandIn[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-comfy-'));
});
afterEach(() => Promise.all(open.splice(0).map((server) => server.close())));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A ComfyUI server; `history` are its replies to the looks at the job. */
async function comfy(
  history: Reply[],
  more: (request: SeenRequest) => Reply | undefined = () => undefined,
): Promise<StandIn> {
  let looks = 0;
  const server = await startStandIn((seen) => {
    const own = more(seen);
    if (own !== undefined) return own;
    if (seen.path === '/prompt') return jsonReply({ prompt_id: 'id-1', number: 1, node_errors: {} });
    if (seen.path === '/history/id-1') return history[Math.min(looks++, history.length - 1)];
    if (seen.path.startsWith('/view?')) return videoReply(someBytes);
    if (seen.path === '/system_stats')
      return jsonReply({ system: { comfyui_version: '0.3.40', os: 'posix' } });
    return jsonReply({});
  });
  open.push(server);
  return server;
}

async function generate(server: StandIn, options: Partial<ComfyTextToVideoOptions> = {}) {
  const client = createComfyTextToVideo({ url: server.url, workflow, ...quick, ...options });
  const out = join(folder, 'clip.mp4');
  return { provenance: await client.generate(request, out), bytes: await readFile(out) };
}

describe('createComfyTextToVideo', () => {
  it('runs the graph with its placeholders filled, and fetches the saved video', async () => {
    const image = { filename: 'x.png', subfolder: '', type: 'temp' };
    const server = await comfy([
      jsonReply({}),
      done({ '9': { images: [image], text: ['hello'] }, '12': { gifs: [video] } }),
    ]);
    const { provenance, bytes } = await generate(server);
    expect(bytes.equals(someBytes)).toBe(true);
    expect(server.seen[0].json).toEqual({
      prompt: {
        '3': { class_type: 'KSampler', inputs: { seed: 7, steps: 20, model: ['4', 0] } },
        '6': {
          class_type: 'CLIPTextEncode',
          inputs: { text: 'cinematic, a "kite" {{seed}}\nover $& hills, 24 fps' },
        },
        '8': { class_type: 'EmptyVideo', inputs: { width: 640, height: 384, length: 120 } },
      },
    });
    const view = new URL(server.seen.find(({ path }) => path.startsWith('/view'))?.path ?? '', server.url);
    expect(Object.fromEntries(view.searchParams)).toEqual(video);
    expect(provenance).toMatchObject({ version: '0.3.40', standIn: false, seed: 7 });
    expect(provenance.parameters.workflowSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[string, Reply[], string, RegExp]>([
    [
      'a job that fails',
      [
        jsonReply({
          'id-1': {
            outputs: {},
            status: {
              status_str: 'error',
              completed: false,
              messages: [
                ['execution_start', { prompt_id: 'id-1' }],
                ['execution_error', { exception_message: 'out of memory', node_type: 'KSampler' }],
              ],
            },
          },
        }),
      ],
      'SEA_VIDEO_JOB_FAILED',
      /out of memory in node KSampler/,
    ],
    [
      'a graph that saves pictures',
      [done({ '9': { images: [{ filename: 'x.png' }] } })],
      'SEA_VIDEO_NOT_VIDEO',
      /1 files, none of them a video/,
    ],
    ['a graph that saves nothing', [done({})], 'SEA_VIDEO_NOT_VIDEO', /gave no file/],
    ['an HTML page', [htmlReply], 'SEA_VIDEO_PROTOCOL', /an HTML page/],
    ['a history of another kind', [jsonReply('x')], 'SEA_VIDEO_PROTOCOL', /history/],
    [
      'a redirect to another host',
      [{ status: 307, headers: { location: 'http://localhost:1/' } }],
      'SEA_VIDEO_OTHER_HOST',
      /another host/,
    ],
  ])('says it of %s', async (_name, history, code, message) => {
    await expect(generate(await comfy(history))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('shows what the server says of a graph that it refuses', async () => {
    const server = await comfy([], ({ path }) =>
      path === '/prompt'
        ? jsonReply({ error: { message: 'no model wan.safetensors' }, node_errors: {} }, 400)
        : undefined,
    );
    await expect(generate(server)).rejects.toMatchObject({
      code: 'SEA_VIDEO_REQUEST',
      message: expect.stringContaining('no model wan.safetensors'),
    });
  });

  it('takes a job that never ends out of the queue', async () => {
    const server = await comfy([jsonReply({})]);
    await expect(generate(server, { jobTimeoutMs: 100 })).rejects.toMatchObject({
      code: 'SEA_VIDEO_TIMEOUT',
    });
    expect(server.seen.at(-1)).toMatchObject({ path: '/queue', json: { delete: ['id-1'] } });
  });

  it('takes the video of the node that the user names', async () => {
    const other = { ...video, filename: 'wanted.webm' };
    const server = await comfy([done({ '12': { gifs: [video] }, '14': { images: [other] } })]);
    await generate(server, { outputNode: '14' });
    expect(server.seen.find(({ path }) => path.startsWith('/view'))?.path).toContain('wanted.webm');
  });

  it('refuses graphs that cannot work, with every fault', () => {
    const bad = { nodes: [{ text: '{{promt}} {{seed}}' }], links: [] };
    expect(() => createComfyTextToVideo({ url: 'http://x', workflow: bad })).toThrow(
      /unknown placeholder \{\{promt\}\}[^]*no string holds \{\{prompt\}\}[^]*API/,
    );
  });
});

describe('fillWorkflow', () => {
  it('does not look at inserted text again, and leaves the template alone', () => {
    const template = { a: ['{{prompt}}', 'x{{prompt}}y', '{{seed}}'] };
    const values = { prompt: '{{seed}} $1', seed: 5, width: 1, height: 1, fps: 1, num_frames: 1 };
    expect(fillWorkflow(template, values)).toEqual({ a: ['{{seed}} $1', 'x{{seed}} $1y', 5] });
    expect(template.a[0]).toBe('{{prompt}}');
  });
});
