import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { ConfigError, errnoOf, parseConfig } from '@sea-align/core';
import { decodeAudio, probe, type Sound } from '@sea-align/media';
import pLimit from 'p-limit';
import { z } from 'zod';

import { fillTemplate, placeholdersOf, splitCommand } from './command-template.js';
import { checkSpeech } from './speech-check.js';
import { speechError, speechErrorCodes } from './speech-error.js';
import type { Speech } from './speech.js';
import { cleanSpokenText } from './spoken-text.js';

const maxStderr = 2000;

export interface CommandSpeechOptions {
  /**
   * The command with its arguments: one line, split at spaces (quotes and \ as in a shell), or a list that is split
   * already. `{out}` is where it must write a sound file; `{text}` is the text, and where it is missing the command
   * gets the text on its standard input; `{voice}`, `{rate}`, `{pitch}` are the options of these names.
   */
  command: string | readonly string[];
  voice?: string;
  rate?: string;
  pitch?: string;
  /** Pace relative to the normal one, for the check of the duration (default 1). */
  speed?: number;
  /** Milliseconds for one text; the command is then killed (default 60 000). */
  timeoutMs?: number;
  /** Commands at once (default 1). */
  concurrency?: number;
}

const optionsSchema = z.strictObject({
  command: z.union([z.string().min(1), z.array(z.string()).min(1)]),
  voice: z
    .string()
    .regex(/^[^-@\s\0][^\0]*$/, 'must not begin with "-", "@" or a space')
    .optional(),
  rate: z
    .string()
    .regex(/^[+-]?\d[^\0]*$/, 'must be a number, with a unit if need be')
    .optional(),
  pitch: z
    .string()
    .regex(/^[+-]?\d[^\0]*$/, 'must be a number, with a unit if need be')
    .optional(),
  speed: z.number().min(0.1).max(10).default(1),
  timeoutMs: z.number().min(1).max(3_600_000).default(60_000),
  concurrency: z.int().min(1).max(64).default(1),
});

interface SpeechCommand {
  words: readonly string[];
  values: Readonly<Record<string, string>>;
  textByStdin: boolean;
  timeoutMs: number;
}

/**
 * Any program that writes speech to a file: `espeak-ng -v {voice} -w {out} {text}`, or `piper --model en.onnx
 * --output_file {out}`. Run without a shell; the text is one argument, never an option. Throws ConfigError for a
 * wrong template.
 */
export function createCommandSpeech(options: CommandSpeechOptions): Speech {
  const { command, speed, timeoutMs, concurrency, voice, rate, pitch } = parseConfig(
    optionsSchema,
    options,
    'speech command',
  );
  const words = typeof command === 'string' ? splitCommand(command) : command;
  const values = Object.fromEntries(
    Object.entries({ voice, rate, pitch }).flatMap(([name, given]) =>
      given === undefined ? [] : [[name, given]],
    ),
  );
  checkTemplate(words, values);
  const textByStdin = !placeholdersOf(words).includes('text');
  const limit = pLimit(concurrency);
  return {
    name: 'command',
    describe: () => ({
      engine: 'command',
      command: words.map((word, at) => (at === 0 ? basename(word) : word)),
      ...values,
      deterministic: false,
    }),
    speak: async (text, { signal } = {}) => {
      const spoken = cleanSpokenText(text).text;
      return limit(async () => {
        const audio = await runCommand({ words, values, textByStdin, timeoutMs }, spoken, signal);
        checkSpeech(audio, spoken, speed);
        return audio;
      });
    },
  };
}

function checkTemplate(words: readonly string[], values: Readonly<Record<string, string>>): void {
  const [program = '', ...rest] = words;
  const used = placeholdersOf(rest);
  const known = ['text', 'out', ...Object.keys(values)];
  const unknown = used.filter((name) => !known.includes(name));
  const fault =
    program === '' || placeholdersOf([program]).length > 0
      ? 'must begin with the name of a program'
      : !used.includes('out')
        ? 'must say with {out} where the sound file goes'
        : unknown.length > 0
          ? `has {${unknown[0]}}, which has no value`
          : undefined;
  if (fault === undefined) return;
  throw new ConfigError(`The speech command ${fault}: ${words.join(' ')}`, {
    hint: 'For example: espeak-ng -v {voice} -w {out} {text}, with the option voice.',
  });
}

async function runCommand(
  command: SpeechCommand,
  text: string,
  signal: AbortSignal | undefined,
): Promise<Sound> {
  signal?.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'sea-speech-'));
  try {
    const out = join(folder, 'speech.wav');
    const argv = fillTemplate(command.words, { ...command.values, text, out });
    await run(argv, command.textByStdin ? text : '', command.timeoutMs, signal);
    const written = await stat(out).catch(() => undefined);
    if (written === undefined || !written.isFile() || written.size === 0) {
      throw commandError(argv[0], 'wrote no file at {out}');
    }
    const sampleRate = (await probe(out)).audio?.sampleRate;
    if (sampleRate === undefined) throw commandError(argv[0], 'wrote a file without sound at {out}');
    return { samples: await decodeAudio(out, { sampleRate }), sampleRate };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Resolves when the command ended with exit code 0. */
function run(argv: readonly string[], input: string, timeoutMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const [program, ...rest] = argv;
    const child = spawn(program, rest, { stdio: ['pipe', 'ignore', 'pipe'], windowsHide: true });
    let stderr = '';
    let killed: Error | undefined;
    const kill = (reason: Error): void => {
      killed ??= reason;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => {
      kill(commandError(program, `did not end within ${timeoutMs / 1000} s`, { hint: 'Raise timeoutMs.' }));
    }, timeoutMs);
    const abort = (): void => kill(new Error('aborted'));
    signal?.addEventListener('abort', abort, { once: true });
    const settle = (outcome: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      // A program of its own that outlives the command may hold the pipe.
      child.stderr.destroy();
      outcome();
    };
    child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-maxStderr)));
    child.stdin.on('error', () => undefined); // a command that does not read its input
    child.stdin.end(input === '' ? '' : `${input}\n`);
    child.once('error', (error) => settle(() => reject(startError(program, error))));
    child.once('exit', (code, cause) =>
      settle(() => {
        if (signal?.aborted === true) reject(signal.reason as Error);
        else if (killed !== undefined) reject(killed);
        else if (code === 0) resolve();
        else
          reject(
            commandError(program, `ended with ${code === null ? cause : `exit code ${code}`}${said(stderr)}`),
          );
      }),
    );
  });
}

function said(stderr: string): string {
  const line = stderr
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(-300);
  return line === '' ? '' : ` and said: ${line}`;
}

function startError(program: string, error: Error): Error {
  if (errnoOf(error) === 'ENOENT') {
    return commandError(program, 'was not found', { hint: 'Install it, or give its full path.' });
  }
  return commandError(program, `cannot be started (${errnoOf(error) ?? error.message})`);
}

function commandError(program: string, what: string, options: { hint?: string } = {}): Error {
  return speechError(speechErrorCodes.command, `The speech command ${program} ${what}.`, options);
}
