import { createProgram } from '@sea-align/va-safetybench';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { bench } from './bench.js';

const commands = [
  ...['build', 'verify', 'evaluate', 'report', 'labels export', 'labels import'],
  ...['import-results', 'export-results', 'demo'],
];

/** Command lines of `va-safetybench` in a text: from the start of a line, continued over backslashes. */
function examplesIn(text: string, prefix: RegExp): string[][] {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => prefix.test(line))
    .map((line) =>
      line
        .replace(prefix, '')
        .replace(/\s+#.*$/, '')
        .trim()
        .split(/\s+/),
    );
}

/** Parses a command line without running it. */
function parse(args: string[]): void {
  const program = createProgram('0');
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    if (command.commands.length === 0) command.action(() => undefined);
    command.commands.forEach(quiet);
  };
  program.commands.forEach(quiet);
  program.configureOutput({ writeErr: () => undefined }).parse(args, { from: 'user' });
}

describe('va-safetybench', () => {
  it.each(commands)('%s --help: examples that parse', async (name) => {
    const { code, stdout } = await bench([...name.split(' '), '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: va-safetybench ${name}`);
    const examples = examplesIn(stdout.split(/^Examples?:$/m)[1], /^va-safetybench /);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(() => parse(example), example.join(' ')).not.toThrow();
    expect(() => parse([...examples[0], '--no-such-option'])).toThrow();
  });

  it('without a command: the help, and exit code 2', async () => {
    const { code, stderr } = await bench([]);
    expect(stderr).toContain('Usage: va-safetybench');
    expect(code).toBe(2);
  });
});
