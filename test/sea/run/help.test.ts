import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createProgram } from '@sea-align/sea';
import { datasetFormats } from '@sea-align/data-prep';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { sea, seaResult, workspaceRoot } from '../support/sea.js';

const { version } = JSON.parse(readFileSync(path.join(workspaceRoot, 'apps/sea/package.json'), 'utf8')) as {
  version: string;
};

const visible = ['demo', 'run', 'prepare', 'optimize', 'align', 'evaluate', 'reproduce', 'doctor'];

/** Command lines in a help text: the indented lines below "Example", continued over backslashes. */
function examplesIn(help: string): string[][] {
  const [, examples = ''] = help.split(/^Examples?:$/m);
  return examples
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('sea '))
    .map((line) => line.split(/\s+/).slice(1));
}

/** Parses a command line without running it. */
function parse(args: string[]): void {
  const program = createProgram(version);
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    command.action(() => undefined);
    command.commands.forEach(quiet);
  };
  program.commands.forEach(quiet);
  program.configureOutput({ writeErr: () => undefined }).parse(args, { from: 'user' });
}

describe('sea', () => {
  it('--version', async () => {
    expect(await sea(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('--help lists the commands', async () => {
    const { code, stdout } = await sea(['--help']);
    expect(code).toBe(0);
    for (const name of visible) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });

  it('without a command: the help, and exit code 2', async () => {
    const { code, stderr } = await sea([]);
    expect(stderr).toContain('Usage: sea');
    expect(code).toBe(2);
  });

  it.each(visible)('%s --help: what each option does, and examples that parse', async (name) => {
    const { code, stdout } = await sea([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: sea ${name}`);
    const examples = examplesIn(stdout);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(() => parse(example), example.join(' ')).not.toThrow();
    expect(() => parse([...examples[0], '--no-such-option'])).toThrow();
  });

  it('run --help lists the recipes that come with it', async () => {
    const { stdout } = await sea(['run', '--help']);
    const folder = path.join(workspaceRoot, 'apps/sea/recipes');
    expect(stdout).toContain(folder);
    for (const name of readdirSync(folder)) expect(stdout).toContain(`  ${name}\n`);
  });

  it('offers every dataset format', () => {
    for (const format of ['auto', ...datasetFormats]) {
      expect(() => parse(['prepare', '--input', 'a', '--out', 'b', '--format', format])).not.toThrow();
    }
  });
});

describe('sea doctor', () => {
  it('says what was found, what is used and why, and how to install what is missing', async () => {
    const { code, stdout, stderr } = await sea(['doctor']);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^Node\.js \d+\..*, \d+ cores, \d+ GiB$/m);
    expect(stdout).toMatch(/^onnxruntime-node \d\S* — usable$/m);
    expect(stdout).toMatch(/^onnxruntime-web \d\S* — usable$/m);
    for (const missing of stdout.matchAll(
      /^(\S+) — not usable\n(?: {4}devices.*\n)? {4}(.+)\n {4}to install: (.+)$/gm,
    )) {
      expect(missing[3]).toContain(missing[1]);
    }
    expect(stdout).toMatch(/^In use: onnxruntime-node .*\n {4}\S/m);
  });

  it('--json', async () => {
    const result = await seaResult<{ findings: { backend: string }[]; used: { backend: string } }>([
      'doctor',
      ...['--engine', 'onnxruntime', '--backend', 'onnxruntime-web'],
    ]);
    expect(result.used.backend).toBe('onnxruntime-web');
    expect(result.findings.map(({ backend }) => backend)).toContain('tfjs-node-gpu');
  });

  it('with an engine that cannot be had: the findings, then why not, and how to get it', async () => {
    const { code, stdout, stderr } = await sea(['doctor', '--backend', 'tfjs-node-gpu']);
    expect(stdout).toContain('onnxruntime-node');
    expect(stderr).toMatch(/^sea: /m);
    expect(stderr).toContain('npm install @tensorflow/tfjs-node-gpu');
    expect(code).toBe(1);
  });
});
