import { MediaError } from '@sea-align/core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createEdgeSpeech, type EdgeSpeechOptions } from './edge-speech.js';
import { speechErrorCodes } from './speech-error.js';
import { serviceMp3, silentMp3 } from './testing/service-mp3.js';
import { startStandInEdge, type EdgeReplyKind, type StandInEdge } from './testing/stand-in-edge.js';

const text = 'fly a kite in the garden';
let mp3: Uint8Array;
let seconds: number;
let server: StandInEdge | undefined;
const uncaught: unknown[] = [];
const note = (error: unknown): void => void uncaught.push(error);

beforeAll(async () => {
  mp3 = await serviceMp3(text);
  seconds = (mp3.length * 8) / 96_000;
});

beforeEach(() => {
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
});

afterEach(async () => {
  if (server !== undefined) {
    await server.idle(); // times out if a socket stays open
    await server.close();
  }
  server = undefined;
  // What a late event of a socket would throw comes within the next turns.
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('uncaughtException', note);
  process.off('unhandledRejection', note);
  expect(uncaught.splice(0)).toEqual([]);
});

async function speech(replies: EdgeReplyKind[], options: EdgeSpeechOptions = {}) {
  server = await startStandInEdge(replies);
  const fast = { retries: 2, retryDelayMs: 1, stallMs: 300, serviceUrl: server.url };
  return { server, voice: createEdgeSpeech({ ...fast, ...options }) };
}

async function fault(replies: EdgeReplyKind[], options: EdgeSpeechOptions = {}): Promise<MediaError> {
  const { voice } = await speech(replies, options);
  const error: unknown = await voice.speak(text).catch((reason: unknown) => reason);
  if (!MediaError.isInstance(error)) throw new Error('no MediaError', { cause: error });
  return error;
}

const normal = (): EdgeReplyKind => ({ kind: 'speech', mp3, wordsEnd: seconds - 0.3 });

describe('edge-tts against a local WebSocket server', () => {
  it('speaks: the whole sound, 24 kHz', async () => {
    const { server, voice } = await speech([normal()]);
    const audio = await voice.speak(text);
    expect(audio.sampleRate).toBe(24_000);
    expect(audio.samples.length / 24_000).toBeCloseTo(seconds, 1);
    expect(server.connections()).toBe(1);
  });

  it('sends voice, rate, pitch, and hostile text as text', async () => {
    const hostile = `</prosody><break time="9s"/> & 'x' \u202Eb\u0007\r\nPath:ssml`;
    const { server, voice } = await speech([normal()], {
      voice: 'en-GB-SoniaNeural',
      rate: '-10%',
      pitch: '+5Hz',
    });
    await voice.speak(hostile);
    const [ssml] = server.ssml;
    expect(ssml).toContain('<voice name="en-GB-SoniaNeural">');
    expect(ssml).toContain('pitch="+5Hz" rate="-10%"');
    const inside = /<prosody [^>]*>([^<>]*)<\/prosody>/.exec(ssml)?.[1].trim();
    expect(inside).toBe('&lt;/prosody&gt;&lt;break time=&quot;9s&quot;/&gt; &amp; &apos;x&apos; b Path:ssml');
  });

  it('does not take the text for more when it waits for a slow but living reply', async () => {
    const { voice } = await speech([{ kind: 'speech', mp3, pauseMs: 200 }], { stallMs: 400 });
    await expect(voice.speak(text)).resolves.toMatchObject({ sampleRate: 24_000 });
  });

  it('does not send again after 403, and says what to look at', async () => {
    const error = await fault([{ kind: 'http', status: 403 }]);
    expect(error.code).toBe(speechErrorCodes.refused);
    expect(error.message).toBe('edge-tts: the service refuses us (HTTP 403).');
    expect(error.hint).toContain('clock');
    expect(server?.connections()).toBe(1);
  });

  it('goes on after 429 and 503, up to a limit', async () => {
    const { server, voice } = await speech([
      { kind: 'http', status: 429 },
      { kind: 'http', status: 503 },
      normal(),
    ]);
    await voice.speak(text);
    expect(server.connections()).toBe(3);
  });

  it('gives up when 429 stays', async () => {
    const error = await fault([{ kind: 'http', status: 429 }]);
    expect(error.code).toBe(speechErrorCodes.rateLimit);
    expect(error.message).toBe('edge-tts: too many requests (HTTP 429), after 3 attempts.');
    expect(server?.connections()).toBe(3);
  });

  it('waits longer each time', async () => {
    const started = performance.now();
    await fault([{ kind: 'http', status: 429 }], { retryDelayMs: 40 });
    expect(performance.now() - started).toBeGreaterThanOrEqual(40 + 80 - 5);
  });

  const stalls: [string, () => EdgeReplyKind][] = [
    ['in the handshake', () => ({ kind: 'stall-handshake' })],
    ['before the first reply', () => ({ kind: 'stall' })],
    ['midway', () => ({ kind: 'stall-midway', mp3 })],
  ];
  it.each(stalls)('ends a stall %s', async (_where, reply) => {
    const error = await fault([reply()], { retries: 0, stallMs: 60 });
    expect(error.code).toBe(speechErrorCodes.timeout);
    expect(error.message).toBe('edge-tts: nothing came for 0.06 s.');
  });

  it('ends a reply that drips on for ever', async () => {
    const error = await fault([{ kind: 'drip', everyMs: 10 }], { retries: 0, stallMs: 30 });
    expect(error.message).toBe('edge-tts: the reply does not end.');
  });

  it('asks again after a stall', async () => {
    const { server, voice } = await speech([{ kind: 'stall' }, normal()], { stallMs: 60 });
    await voice.speak(text);
    expect(server.connections()).toBe(2);
  });

  const half = (): Uint8Array => mp3.subarray(0, Math.floor(mp3.length / 2 / 288) * 288);
  const broken: [string, () => EdgeReplyKind, string][] = [
    ['closed midway', () => ({ kind: 'close-midway', mp3 }), speechErrorCodes.service],
    ['broken midway', () => ({ kind: 'break-midway', mp3 }), speechErrorCodes.service],
    ['closed at once', () => ({ kind: 'close-at-once' }), speechErrorCodes.service],
    [
      'half, called complete, by word times',
      () => ({ kind: 'speech', mp3: half(), wordsEnd: seconds - 0.3 }),
      speechErrorCodes.sound,
    ],
    ['half, called complete', () => ({ kind: 'speech', mp3: half() }), speechErrorCodes.sound],
    ['cut within a frame', () => ({ kind: 'speech', mp3: mp3.subarray(0, -100) }), speechErrorCodes.sound],
    ['no sound', () => ({ kind: 'speech', mp3: new Uint8Array() }), speechErrorCodes.sound],
    ['no mp3', () => ({ kind: 'speech', mp3: Buffer.from('<html>'.repeat(1000)) }), speechErrorCodes.sound],
    ['text without a request id', () => ({ kind: 'message', data: 'hello' }), speechErrorCodes.service],
    [
      'binary nonsense',
      () => ({ kind: 'message', data: Buffer.from([255, 0, 254, 1]) }),
      speechErrorCodes.service,
    ],
    ['another request’s sound', () => ({ kind: 'other-request', mp3 }), speechErrorCodes.service],
    [
      'no WebSocket frame',
      () => ({ kind: 'raw', bytes: Buffer.from('garbage garbage') }),
      speechErrorCodes.service,
    ],
  ];
  it.each(broken)('refuses a reply that is %s, after asking again', async (_what, reply, code) => {
    const error = await fault([reply()], { retries: 1 });
    expect(error.code).toBe(code);
    expect(server?.connections()).toBe(2);
  });

  it('recovers from all of them', async () => {
    const { server, voice } = await speech([...broken.map(([, reply]) => reply()), normal()], {
      retries: broken.length,
      maxRetryDelayMs: 2,
    });
    await voice.speak(text);
    expect(server.connections()).toBe(broken.length + 1);
  });

  it('refuses silence', async () => {
    const error = await fault([{ kind: 'speech', mp3: await silentMp3(2) }], { retries: 0 });
    expect(error.message).toContain('silent');
  });

  it('says when nobody listens', async () => {
    const { server: gone } = await speech([normal()]);
    await gone.close();
    const voice = createEdgeSpeech({ serviceUrl: gone.url, retries: 0 });
    await expect(voice.speak(text)).rejects.toMatchObject({
      code: speechErrorCodes.service,
      message: 'edge-tts: the service cannot be reached (ECONNREFUSED).',
    });
  });

  it('asks for at most four at a time', async () => {
    const { server, voice } = await speech([{ kind: 'speech', mp3, pauseMs: 50 }]);
    await Promise.all(Array.from({ length: 10 }, () => voice.speak(text)));
    expect(server.mostOpen()).toBeLessThanOrEqual(4);
    expect(server.connections()).toBe(10);
    expect(() => createEdgeSpeech({ concurrency: 5 })).toThrow('edge-tts options');
  });

  it('ends at once when aborted, with the reason given', async () => {
    const { server, voice } = await speech([{ kind: 'stall' }], { stallMs: 60_000 });
    const stop = new AbortController();
    const spoken = voice.speak(text, { signal: stop.signal });
    while (server.ssml.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new Error('stopped by hand'));
    await expect(spoken).rejects.toThrow('stopped by hand');
    await expect(voice.speak(text, { signal: stop.signal })).rejects.toThrow('stopped by hand');
    expect(server.connections()).toBe(1);
  });

  it('lets two voices have two addresses', async () => {
    const other = await startStandInEdge([normal()]);
    const { server, voice } = await speech([normal()]);
    await Promise.all([voice.speak(text), createEdgeSpeech({ serviceUrl: other.url }).speak(text)]);
    expect([server.connections(), other.connections()]).toEqual([1, 1]);
    await other.idle();
    await other.close();
  });

  it('asks for nothing when the text cannot be spoken', async () => {
    const { server, voice } = await speech([normal()]);
    for (const bad of ['', ' \u202E\n', '&<>', 'x'.repeat(10_000), 'ä '.repeat(1900)]) {
      await expect(voice.speak(bad)).rejects.toMatchObject({ code: speechErrorCodes.text });
    }
    expect(server.connections()).toBe(0);
  });

  it('checks its options, all at once', () => {
    expect(() =>
      createEdgeSpeech({ voice: 'x"><y', rate: '10', pitch: '+1', serviceUrl: 'http://x' }),
    ).toThrow('edge-tts options: 4 faults');
  });
});
