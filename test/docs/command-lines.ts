import { createProgram as createSea } from '@sea-align/sea';
import { createProgram as createVaSafetyBench } from '@sea-align/va-safetybench';
import type { Command } from 'commander';

/** The real command lines of the apps, by the name of their command. */
const programs: Readonly<Record<string, () => Command>> = {
  sea: () => createSea('0'),
  'va-safetybench': () => createVaSafetyBench('0'),
};

export const appNames = Object.keys(programs);

/** Names of an app's commands that its help shows. */
export function commandsOf(app: string): string[] {
  const program = programs[app]();
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => command.name())
    .filter((name) => name !== 'help');
}

/** Parses a command line of an app without running it. @throws CommanderError if the app would refuse it */
export function parseCommandLine(app: string, args: readonly string[]): void {
  const program = programs[app]();
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    if (command.commands.length === 0) command.action(() => undefined);
    command.commands.forEach(quiet);
  };
  program.commands.forEach(quiet);
  program.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  try {
    program.parse([...args], { from: 'user' });
  } catch (error) {
    // Help was asked for, and given.
    if (!/^commander\.(help|helpDisplayed|version)$/.test((error as { code?: string }).code ?? ''))
      throw error;
  }
}

/**
 * Options of a command line in running text that the app does not have; what a command requires may be left out there.
 * @returns the command itself if there is no such command
 */
export function unknownWords(app: string, [name, ...rest]: readonly string[]): string[] {
  const program = programs[app]();
  const command = find(program, name);
  if (name.startsWith('-'))
    return [name, ...rest].filter((word) => word.startsWith('--') && !has(program, word));
  if (!command) return [name];
  // A command of commands: `labels export`.
  const inner = rest[0] === undefined ? undefined : find(command, rest[0]);
  return rest.filter((word) => word.startsWith('--') && !has(inner ?? command, word));
}

function find({ commands }: Command, name: string): Command | undefined {
  return commands.find((candidate) => candidate.name() === name || candidate.aliases().includes(name));
}

function has(command: Command, word: string): boolean {
  const [flag] = word.split('=');
  return ['--help', '--version'].includes(flag) || command.options.some(({ long }) => long === flag);
}
