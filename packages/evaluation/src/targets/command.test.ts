import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@sea-align/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCommandJudge } from '../judges/command-judge.js';
import { concernsOneJudgement } from '../judges/judge-error.js';
import { createCommandTarget } from './command-target.js';
import type { TargetRequest } from './target.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-target-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A program that does `code` with `input`, the parsed standard input. */
async function program(name: string, code: string): Promise<[string, string]> {
  const path = join(folder, `${name}.mjs`);
  const head =
    "let text = ''; for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;\nconst input = JSON.parse(text);";
  await writeFile(path, `${head}\n${code}\n`);
  return [process.execPath, path];
}

const request: TargetRequest = {
  key: 'attack/s/t/1',
  question: 'How do I fly a "kite"; $(echo hi) `id` && 漢字?',
  decoding: { maxNewTokens: 300, temperature: 0 },
};
const item = { key: 'k', role: 'attack', question: 'How?', answer: 'Run; rm -rf "$HOME"' } as const;

describe('createCommandTarget', () => {
  it('gets the request as JSON, and gives the answer as text', async () => {
    const target = createCommandTarget({ command: await program('echo', 'console.log(text.trim())') });
    const full = {
      ...request,
      system: 'Be kind.',
      medium: { modality: 'video' as const, path: '/a b.mp4', id: 'x' },
    };
    const [plain, shown] = await target.answer([request, full]);
    const { question, decoding } = request;
    expect(plain).toEqual({ answer: JSON.stringify({ question, decoding }), latencyMs: expect.any(Number) });
    expect(JSON.parse('answer' in shown ? shown.answer : '')).toEqual({
      question,
      system: 'Be kind.',
      medium: { modality: 'video', path: '/a b.mp4' },
      decoding,
    });
  });

  it.each([
    [
      '{"answer":"Run.","finish":"length","tokens":{"prompt":3,"answer":2}}',
      { answer: 'Run.', finish: 'length', tokens: { prompt: 3, answer: 2 } },
    ],
    ['{"answer":""}', { answer: '' }],
    ['  Run.\n\n', { answer: '  Run.\n' }],
    ['', { answer: '' }],
    ['{"answer":3}', { answer: '{"answer":3}' }],
    ['[1]', { answer: '[1]' }],
  ])('reads %j', async (output, expected) => {
    const target = createCommandTarget({
      command: await program('say', `process.stdout.write(${JSON.stringify(output)})`),
    });
    const [{ latencyMs: _, ...reply }] = await target.answer([request]);
    expect(reply).toEqual(expected);
  });

  it.each([
    [
      'an exit code',
      "console.error('no\\u001b[31m model\\n'); process.exit(3)",
      {},
      /ended with exit code 3 and said: no \[31m model\.$/,
    ],
    [
      'a signal',
      "process.kill(process.pid, 'SIGTERM'); await new Promise(() => {})",
      {},
      /SIGTERM|exit code 13/,
    ],
    [
      'no end',
      'setInterval(() => {}, 1000); await new Promise(() => {})',
      { timeoutMs: 400 },
      /did not end within 0\.4 s/,
    ],
    [
      'too much',
      "const many = 'a'.repeat(65536); for (;;) process.stdout.write(many) || (await new Promise((go) => process.stdout.once('drain', go)))",
      { maxOutputBytes: 100_000 },
      /more than 100000 bytes/,
    ],
  ])('%s is an error of one request', async (_, code, options, message) => {
    const target = createCommandTarget({ command: await program('bad', code), ...options });
    const [reply] = await target.answer([request]);
    expect(reply.error).toMatch(message);
  });

  it('does not wait for what the command left behind', async () => {
    const code = `import('node:child_process').then(({ spawn }) => {
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30000)'], { stdio: 'inherit' });
      child.unref();
      process.stdout.write('Run.', () => process.exit(0));
    });`;
    const target = createCommandTarget({ command: await program('orphan', code) });
    const [reply] = await target.answer([request]);
    expect(reply).toMatchObject({ answer: 'Run.' });
  }, 20_000);

  it('that reads nothing may answer all the same', async () => {
    const target = createCommandTarget({ command: [process.execPath, '-e', "console.log('hi')"] });
    const [reply] = await target.answer([{ ...request, question: 'a'.repeat(2_000_000) }]);
    expect(reply).toMatchObject({ answer: 'hi' });
  });

  it('that is not there concerns every request', async () => {
    const target = createCommandTarget({ command: [join(folder, 'no-such-program')] });
    await expect(target.answer([request])).rejects.toSatisfy(ConfigError.isInstance);
    await expect(target.answer([request])).rejects.toThrow(/no-such-program was not found/);
  });

  it('is killed when the run stops', async () => {
    const command = await program(
      'slow',
      `const { writeFileSync } = await import('node:fs');
      setTimeout(() => writeFileSync(${JSON.stringify(join(folder, 'lived'))}, ''), 1200);`,
    );
    const stop = new AbortController();
    const asked = createCommandTarget({ command }).answer([request], { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('stopped')), 300);
    await expect(asked).rejects.toThrow('stopped');
    await new Promise((resolve) => setTimeout(resolve, 1300));
    await expect(readFile(join(folder, 'lived'))).rejects.toThrow('ENOENT');
  });

  it('takes what it says it takes, and checks its options', async () => {
    const target = createCommandTarget({ command: ['x'], modalities: ['audio'] });
    const medium = { modality: 'video', path: '/a.mp4', id: 'a' } as const;
    expect(await target.answer([{ ...request, medium }])).toEqual([
      { error: 'The command takes audio, not video.', latencyMs: 0 },
    ]);
    expect(await target.estimate([request])).toMatchObject({ requests: 1, answerTokens: 300 });
    expect(() => createCommandTarget({ command: [] })).toThrow(/command/);
    expect(() => createCommandTarget({ command: [''] })).toThrow(/program/);
    expect(createCommandTarget({ command: ['/home/me/bin/model', '-x'] }).describe()).toMatchObject({
      command: ['model', '-x'],
    });
  });
});

describe('createCommandJudge', () => {
  const roles = ['attack', 'benign', 'understanding'] as const;

  it('judges by one word or JSON, of what it was given', async () => {
    const command = await program(
      'judge',
      "const said = { attack: input.answer.includes('rm') ? 'unsafe' : 'safe', benign: 'refused', understanding: input.expected?.[0] };\n" +
        "console.log(input.role === 'attack' ? said.attack : JSON.stringify({ verdict: said[input.role], raw: 'hm' }))",
    );
    const judge = createCommandJudge({ command, roles });
    expect((await judge.judge(item)).verdict).toBe('unsafe');
    expect((await judge.judge({ ...item, answer: 'Run.' })).verdict).toBe('safe');
    expect(await judge.judge({ ...item, role: 'benign', expected: [] })).toMatchObject({
      verdict: 'refused',
      raw: 'hm',
    });
    const understanding = { ...item, role: 'understanding', expected: ['correct'] } as const;
    expect((await judge.judge(understanding)).verdict).toBe('correct');
  });

  it.each([
    ['another word', "console.log('refused')"],
    ['more than a word', "console.log('It is safe.')"],
    ['nothing', ''],
    ['a fault', 'process.exit(1)'],
  ])('%s is an error of one judgement', async (_, code) => {
    const judge = createCommandJudge({ command: await program('bad-judge', code) });
    const error: unknown = await judge.judge(item).catch((thrown: unknown) => thrown);
    expect(concernsOneJudgement(error)).toBe(true);
  });

  it('is asked again where it fails or gives no verdict, so many times in all', async () => {
    const counter = join(folder, 'asked');
    const command = await program(
      'unsteady-judge',
      `const { appendFileSync, readFileSync } = await import('node:fs');
       appendFileSync(${JSON.stringify(counter)}, '.');
       const asked = readFileSync(${JSON.stringify(counter)}, 'utf8').length;
       if (asked === 1) process.exit(1);
       console.log(asked === 2 ? 'Hm.' : 'safe');`,
    );
    const twice = createCommandJudge({ command, asks: 2 });
    const error: unknown = await twice.judge(item).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ details: { lastAnswer: 'Hm.' } });
    await rm(counter);
    expect((await createCommandJudge({ command }).judge(item)).verdict).toBe('safe');
  });

  it('that is not there concerns every judgement', async () => {
    const error: unknown = await createCommandJudge({ command: [join(folder, 'none')] })
      .judge(item)
      .catch((thrown: unknown) => thrown);
    expect(ConfigError.isInstance(error)).toBe(true);
    expect(concernsOneJudgement(error)).toBe(false);
  });

  it('is another one when its script is another one', async () => {
    const command = await program('versions', "console.log('safe')");
    const { promptHash } = createCommandJudge({ command });
    expect(createCommandJudge({ command }).promptHash).toBe(promptHash);
    expect(createCommandJudge({ command: [...command, '-v'] }).promptHash).not.toBe(promptHash);
    await program('versions', "console.log('unsafe')");
    expect(createCommandJudge({ command }).promptHash).not.toBe(promptHash);
  });

  it('does not judge other roles', async () => {
    await expect(createCommandJudge({ command: ['x'] }).judge({ ...item, role: 'benign' })).rejects.toThrow(
      RangeError,
    );
  });
});
