import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { speakFlite, writeWav } from '@sea-align/media';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createCommandSpeech } from './command-speech.js';
import { speechErrorCodes } from './speech-error.js';
import { rms } from './testing/tones.js';

const text = 'fly a kite';
const program = fileURLToPath(new URL('./testing/say.mjs', import.meta.url));
let folder: string;
let source: string;
let silent: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-speech-'));
  source = join(folder, 'source.wav');
  silent = join(folder, 'silent.wav');
  await writeWav(source, await speakFlite(text));
  await writeWav(silent, { samples: new Float32Array(16_000), sampleRate: 16_000 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const say = (mode: string, more: string[] = [], from = source): string[] => [
  ...[process.execPath, program, mode, '{out}', from],
  ...more,
];

async function seen(): Promise<{ rest: string[]; input: string }> {
  return JSON.parse(await readFile(`${source}.seen.json`, 'utf8')) as { rest: string[]; input: string };
}

describe('createCommandSpeech', () => {
  it('gives the text as one argument, and reads the sound at its own rate', async () => {
    const { samples, sampleRate } = await createCommandSpeech({ command: say('copy', ['{text}']) }).speak(
      text,
    );
    const wanted = await speakFlite(text);
    expect(sampleRate).toBe(16_000);
    expect(samples).toHaveLength(wanted.samples.length);
    expect(rms(samples.map((sample, i) => sample - wanted.samples[i]))).toBeLessThan(1e-4);
    expect(await seen()).toEqual({ rest: [text], input: '' });
  });

  it('gives the text on standard input where the template has no {text}', async () => {
    await createCommandSpeech({ command: say('stdin') }).speak(text);
    expect(await seen()).toEqual({ rest: [], input: `${text}\n` });
  });

  it.each([
    '--help kite',
    '-w kite',
    '$(touch x) `y` kite',
    '"; kite',
    '{out} kite',
    '../../kite',
    '<kite>&',
  ])('passes %s on as text', async (hostile) => {
    const command = say('copy', ['-v', '{voice}', '{text}']);
    await createCommandSpeech({ command, voice: 'en' }).speak(hostile);
    const [option, voice, got] = (await seen()).rest;
    expect([option, voice]).toEqual(['-v', 'en']);
    expect(got.trim()).toBe(hostile);
    expect(got).not.toMatch(/^[-@]/);
  });

  it.each([
    ['fail', 'ended with exit code 3 and said: no such voice [31m.'],
    ['nothing', 'wrote no file at {out}.'],
    ['empty', 'wrote no file at {out}.'],
  ])('says what went wrong: %s', async (mode, message) => {
    const spoken = createCommandSpeech({ command: say(mode) }).speak(text);
    await expect(spoken).rejects.toMatchObject({
      code: speechErrorCodes.command,
      message: `The speech command ${process.execPath} ${message}`,
    });
  });

  it('refuses a file that is no sound, and silence', async () => {
    await expect(createCommandSpeech({ command: say('garbage') }).speak(text)).rejects.toMatchObject({
      name: 'MediaError',
    });
    await expect(createCommandSpeech({ command: say('copy', [], silent) }).speak(text)).rejects.toMatchObject(
      {
        code: speechErrorCodes.sound,
      },
    );
  });

  it('kills a command that does not end', async () => {
    const spoken = createCommandSpeech({ command: say('hang'), timeoutMs: 300 }).speak(text);
    await expect(spoken).rejects.toThrow('did not end within 0.3 s');
  });

  it('kills the command when aborted, and gives the reason', async () => {
    const stop = new AbortController();
    const spoken = createCommandSpeech({ command: say('hang') }).speak(text, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('stopped by hand')), 100);
    await expect(spoken).rejects.toThrow('stopped by hand');
  });

  it('names a program that is not there', async () => {
    await expect(createCommandSpeech({ command: 'no-such-voice {out}' }).speak(text)).rejects.toMatchObject({
      message: 'The speech command no-such-voice was not found.',
      hint: expect.stringContaining('Install') as string,
    });
  });

  it('leaves no files behind', async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('sea-speech-'));
    await createCommandSpeech({ command: say('copy') }).speak(text);
    await createCommandSpeech({ command: say('fail') })
      .speak(text)
      .catch(() => undefined);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('sea-speech-'))).toEqual(before);
  });

  it.each([
    ['espeak-ng {text}', 'must say with {out}'],
    ['espeak-ng -v {voice} -w {out}', 'has {voice}, which has no value'],
    ['{text} {out}', 'must begin with the name of a program'],
    [' ', 'must begin with the name of a program'],
    ['espeak-ng "{out}', 'open "'],
  ])('refuses the template %s', (command, message) => {
    expect(() => createCommandSpeech({ command })).toThrow(message);
  });

  it('refuses values that could be options', () => {
    const command = 'espeak-ng -v {voice} -w {out}';
    expect(() => createCommandSpeech({ command, voice: '--help' })).toThrow('speech command: one fault');
  });

  it('describes itself without the path of the program', () => {
    const facts = createCommandSpeech({ command: '/opt/x/say -v {voice} {out}', voice: 'en' }).describe();
    expect(facts).toMatchObject({
      engine: 'command',
      command: ['say', '-v', '{voice}', '{out}'],
      voice: 'en',
    });
  });

  const espeak = spawnSync('espeak-ng', ['--version']).status === 0;
  it.skipIf(!espeak)('speaks by espeak-ng where it is installed', async () => {
    const command = 'espeak-ng -v {voice} -w {out} {text}';
    const { samples, sampleRate } = await createCommandSpeech({ command, voice: 'en-us' }).speak(
      '-w fly a kite',
    );
    expect(sampleRate).toBe(22_050);
    expect(samples.length / sampleRate).toBeGreaterThan(0.5);
  });
});
