import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspaceRoot } from './locked-packages.js';

const folder = path.join(workspaceRoot, '.github/workflows');
const workflows = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(path.join(folder, name), 'utf8'),
}));

/** The text of each job, by its name: what is indented below a key two spaces in, behind `jobs:`. */
function jobsOf(text: string): Map<string, string> {
  const below = text.slice(text.search(/^jobs:$/m));
  return new Map(
    [...below.matchAll(/^ {2}([\w-]+):\n((?: {4,}.*\n|\n)*)/gm)].map(([, name, job]) => [name, job]),
  );
}

/** Where a workflow may do more than it needs, or runs what may change under its name. */
function workflowFaults(text: string): string[] {
  const faults: string[] = [];
  if (!/^permissions: \{\}$/m.test(text)) faults.push('jobs get permissions that they do not ask for');
  const jobs = jobsOf(text);
  if (jobs.size === 0) faults.push('no jobs');
  for (const [name, job] of jobs) {
    if (!/^ {4}permissions:$/m.test(job)) faults.push(`${name} names no permissions`);
    if (!/^ {4}timeout-minutes: \d+$/m.test(job)) faults.push(`${name} may run for hours`);
    const writes = [...job.matchAll(/^ {6}([\w-]+): write$/gm)].map(([, permission]) => permission);
    if (writes.some((permission) => permission !== 'id-token'))
      faults.push(`${name} writes ${writes.join()}`);
    if (writes.length > 0 && !/^ {4}environment: /m.test(job)) faults.push(`${name} writes without review`);
    const kept = job.split('actions/checkout@').slice(1);
    if (kept.some((step) => !/^.*\n(.*\n){1,5}? +persist-credentials: false$/m.test(step)))
      faults.push(`${name} leaves git's token behind`);
  }
  for (const [, action] of text.matchAll(/uses: *(.+)$/gm)) {
    if (!/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action)) faults.push(`${action} is not pinned`);
  }
  if (/^ *(-\s*)?run:.*\$\{\{/m.test(text)) faults.push('an expression is put into a shell line');
  return faults;
}

describe('workflows', () => {
  it.each(workflows)('$name asks for little, and runs what it names', ({ text }) => {
    expect(workflowFaults(text)).toEqual([]);
  });

  it('only the job that publishes gets the token for it', () => {
    const may = workflows.flatMap(({ name, text }) =>
      [...jobsOf(text)].filter(([, job]) => job.includes('id-token: write')).map(([job]) => `${name} ${job}`),
    );
    expect(may).toEqual(['release.yml publish']);
  });

  const right = workflows.find(({ name }) => name === 'release.yml')?.text ?? '';
  it.each<[string, string | RegExp, string]>([
    ['jobs get permissions', 'permissions: {}', ''],
    ['check names no permissions', '    permissions:\n      contents: read\n', ''],
    ['check may run for hours', '    timeout-minutes: 60\n', ''],
    ['publish writes contents,id-token', /contents: read(?=\s+#)/, 'contents: write'],
    ['publish writes without review', '    environment: npm\n', ''],
    ["check leaves git's token behind", '          persist-credentials: false\n', ''],
    ['is not pinned', /@[0-9a-f]{40} # v5\.0\.0/, '@v5'],
    ['an expression is put into a shell line', 'run: npm test', 'run: echo ${{ github.ref }}'],
  ])('%s: would be found', (says, part, other) => {
    const text = right.replace(part, other);
    expect(text).not.toBe(right);
    expect(workflowFaults(text)).toEqual([expect.stringContaining(says)]);
  });
});
