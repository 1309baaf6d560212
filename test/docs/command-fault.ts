import { existsSync } from 'node:fs';
import path from 'node:path';
import { workspaceRoot } from '@sea-align/e2e-support';
import { appNames, parseCommandLine } from './command-lines.js';
import { hasTarget, projectNamed, projects, rootManifest } from './workspace-manifests.js';

/** Programs of other houses: what they take is not ours to check. */
const others = new Set([
  'cat',
  'cd',
  'curl',
  'docker',
  'git',
  'node',
  'npx',
  'pip',
  'python3',
  'export',
  'apt-get',
]);

/** What is wrong with a command of the documentation; undefined if the program that it names would take it. */
export function commandFault([program, ...args]: readonly string[]): string | undefined {
  if (program === 'npm') return npmFault(args);
  if (program === 'npx' && args[0] === 'nx') return nxFault(args.slice(1));
  if (program === 'npx' && appNames.includes(args[0])) return appFault(args[0], args.slice(1));
  if (appNames.includes(program)) return appFault(program, args);
  return others.has(program) ? undefined : `unknown program ${program}`;
}

function appFault(app: string, args: readonly string[]): string | undefined {
  try {
    parseCommandLine(app, args);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function npmFault([command, ...args]: readonly string[]): string | undefined {
  if (command === 'ci' || command === 'audit') return undefined;
  if (command === 'install') {
    const ours = args.filter((word) => word.startsWith('@sea-align/'));
    const unknown = ours.filter((word) => !projectNamed(word));
    return unknown.length > 0 ? `no package ${unknown.join(', ')}` : undefined;
  }
  const [script, ...rest] =
    command === 'run' ? args.filter((word) => word !== '--silent') : [command, ...args];
  const text = rootManifest.scripts?.[script];
  if (text === undefined) return `no script ${script}`;
  if (rest.length > 0 && rest[0] !== '--') return `arguments of npm run ${script} without -- before them`;
  const entry = /apps\/(?<app>[\w-]+)\/src\/bin\.ts ?(?<words>.*)$/.exec(text)?.groups;
  if (!entry) return undefined;
  return appFault(entry.app, [...entry.words.split(' ').filter(Boolean), ...rest.slice(1)]);
}

function nxFault([command, ...args]: readonly string[]): string | undefined {
  if (command === 'graph' || command === 'show' || command === 'release') return undefined;
  if (command === 'run-many' || command === 'affected') {
    const end = args.findIndex((word, i) => i > args.indexOf('-t') && word.startsWith('-'));
    const targets = args.slice(args.indexOf('-t') + 1, end < 0 ? undefined : end);
    const unknown = targets.filter((target) => !projects.some((project) => hasTarget(project, target)));
    return unknown.length > 0 ? `no project has ${unknown.join(', ')}` : undefined;
  }
  if (command === 'g') return generatorFault(args[0]);
  const [name, target] = command === 'run' ? args[0].split(':') : [args[0], command];
  const project = projectNamed(name ?? '');
  if (!project) return `no project ${name}`;
  return hasTarget(project, target) ? undefined : `${name} has no target ${target}`;
}

function generatorFault(generator: string): string | undefined {
  const found = generator === '@sea-align/workspace:package';
  const there = existsSync(path.join(workspaceRoot, 'tools/workspace/generators.json'));
  return found && there ? undefined : `no generator ${generator}`;
}
