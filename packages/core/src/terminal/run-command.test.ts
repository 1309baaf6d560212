import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../errors/config-error.js';
import { DiskError } from '../errors/disk-error.js';
import { commandRunner, type CommonOptions } from './run-command.js';

const runCommand = commandRunner('sea');

let written: { stdout: string; stderr: string };
beforeEach(() => {
  written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

async function run(options: CommonOptions, command: Parameters<typeof runCommand>[1]) {
  const listeners = process.listenerCount('SIGINT');
  await runCommand(options, command);
  expect(process.listenerCount('SIGINT')).toBe(listeners);
  return { ...written, code: process.exitCode };
}

const stopped = async ({ signal }: { signal: AbortSignal }) => {
  process.emit('SIGINT');
  signal.throwIfAborted();
};

describe('commandRunner', () => {
  it('prints lines for people, or the result as JSON and nothing else', async () => {
    const command: Parameters<typeof runCommand>[1] = ({ say, progress }) => {
      progress.listener({ stage: 'work', done: 1, total: 1 });
      say('found \u001b[31mthree');
      return Promise.resolve({ found: 3 });
    };
    expect(await run({}, command)).toMatchObject({ stdout: 'found \ufffd[31mthree\n', code: undefined });
    written = { stdout: '', stderr: '' };
    const { stdout, stderr } = await run({ json: true }, command);
    expect(JSON.parse(stdout)).toEqual({ found: 3 });
    expect(stderr).toContain('work  1/1');
  });

  it.each([
    [new ConfigError('wrong'), 2],
    [new DiskError('full'), 1],
    [new TypeError('oops'), 1],
  ])('ends with one message and an exit code: %s', async (error, code) => {
    const result = await run({}, () => Promise.reject(error));
    expect(result).toMatchObject({ stdout: '', code });
    expect(result.stderr.match(/^sea: /gm)).toHaveLength(1);
  });

  it('after Ctrl-C: says how to go on, and exits as shells expect it', async () => {
    const result = await run({}, stopped);
    expect(result.stderr).toMatch(/^sea: stopping….*--resume\n$/);
    expect(result.code).toBe(130);
  });

  it('a fault that comes up while stopping is shown', async () => {
    const result = await run({}, () => {
      process.emit('SIGINT');
      return Promise.reject(new DiskError('Cannot write the checkpoint.'));
    });
    expect(result.stderr).toContain('sea: Cannot write the checkpoint.');
    expect(result.code).toBe(1);
  });
});
