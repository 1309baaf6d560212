import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { encodeVideo, probe } from '@sea-align/media';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefused, filesBelow, temporaryFolder } from '@sea-align/e2e-support';
import { bench, benchHere, mmCase, readJson } from './bench.js';

const { file } = temporaryFolder();
const key = 'video-key-0123456789';
const phrases = ['juggle oranges', 'get a page', 'hear a no', 'hum'];

/** A stand-in for a text-to-video server, on this machine: answers by what the prompt is about. */
let server: Server;
let url = '';
let clip: Buffer;
let keyIsGood = true;
let mended = false;
const asked: { prompt: string; num_frames: number; authorization?: string }[] = [];

function reply(prompt: string, response: ServerResponse): void {
  const send = (status: number, type: string, body: string | Buffer) =>
    response.writeHead(status, { 'content-type': type }).end(body);
  if (!keyIsGood) send(401, 'application/json', '{"error": "bad key"}');
  else if (prompt.includes('get a page') && !mended) send(200, 'text/html', '<html>Sign in</html>');
  else if (prompt.includes('hear a no') && !mended)
    send(200, 'application/json', '{"status": "failed", "error": "no"}');
  else send(200, 'video/mp4', clip);
}

beforeAll(async () => {
  // 3 s, upright: nothing that the benchmark asks for.
  const picture = new Uint8Array(96 * 128 * 3).fill(90);
  await encodeVideo(
    [picture],
    { width: 96, height: 128, fps: 10, hold: 30, pixelFormat: 'rgb24' },
    file('clip.mp4'),
  );
  clip = await readFile(file('clip.mp4'));
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const body = JSON.parse(text) as { prompt: string; num_frames: number };
      asked.push({ ...body, authorization: request.headers.authorization });
      reply(body.prompt, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/generate`;
  await mkdir(file('source'));
  const cases = Object.fromEntries(phrases.map((phrase, at) => [String(at), mmCase(phrase)]));
  await writeFile(file('source', '06-Fraud.json'), JSON.stringify(cases));
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const build = (out: string, run: typeof benchHere = benchHere) =>
  run(
    [
      ...['build', '--source', file('source'), '--out', file(out), '--tasks', 'DM_TYPO', '--json'],
      ...[
        '--text-to-video',
        'http',
        '--set',
        `textToVideo.url=${url}`,
        '--set',
        'textToVideo.apiKeyEnv=SEA_TEST_KEY',
      ],
      ...['--set', 'textToVideo.version=wan-7', '--set', 'textToVideo.retries=0'],
    ],
    { env: { SEA_TEST_KEY: key } },
  );

interface Manifest {
  standIns: string[];
  leftOut: { id: string; task: string; reason: string }[];
  media: { id: string; task: string; standIn: boolean; provenance: Record<string, unknown> }[];
}

describe('--text-to-video http', () => {
  it('builds what the server makes, and lists what it does not', async () => {
    const { code, stderr } = await build('out');
    expect(code, stderr).toBe(1);
    const { standIns, leftOut, media } = readJson<Manifest>(file('out', 'manifest.json'));
    expect(leftOut.map(({ id, task }) => [id, task])).toEqual([
      ['1', 'DM'],
      ['1', 'DM_TYPO'],
      ['2', 'DM'],
      ['2', 'DM_TYPO'],
    ]);
    expect(leftOut[0].reason).toMatch(/HTML|no video/i);
    expect(leftOut[1].reason).toMatch(/DM video, which is missing/);
    expect(standIns).toEqual([]);
    const dm = media.find(({ id, task }) => id === '0' && task === 'DM');
    expect(dm).toMatchObject({
      standIn: false,
      provenance: {
        version: 'wan-7',
        prompt: expect.stringContaining('juggle oranges'),
        normalised: { resized: true, paddedFrames: 48, source: { width: 96, height: 128 } },
      },
    });
    expect(asked[0].num_frames).toBe(120);
    const { video, durationSeconds } = await probe(file('out', 'Video', '6-Fraud', 'DM_TYPO', '0.mp4'));
    expect(video).toMatchObject({ width: 640, height: 384, averageRate: 24, frames: 192 });
    expect(durationSeconds).toBe(8);
    const verified = await benchHere(['verify', file('out'), '--json']);
    expect(verified.code, verified.stdout).toBe(0);
  });

  it('asks again only for what is missing, and leaves the key nowhere', async () => {
    const before = asked.length;
    mended = true;
    const { code, stdout, stderr } = await build('out', bench);
    expect(code, stderr).toBe(0);
    expect(
      asked
        .slice(before)
        .map(({ prompt }) => phrases.findIndex((each) => prompt.includes(each)))
        .sort(),
    ).toEqual([1, 2]);
    expect(asked.every(({ authorization }) => authorization === `Bearer ${key}`)).toBe(true);
    expect(stdout + stderr).not.toContain(key);
    for (const name of filesBelow(file('out'))) {
      expect(readFileSync(file('out', name)).includes(key), name).toBe(false);
    }
  });

  it('stops at once where the key is refused', async () => {
    keyIsGood = false;
    const before = asked.length;
    const { stdout, ...rest } = await build('refused');
    keyIsGood = true;
    expectRefused({ ...rest, stdout: '' }, 1, /key|401/i);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'SEA_VIDEO_UNAUTHORIZED' } });
    expect(asked.length - before).toBeLessThanOrEqual(2);
  });
});
