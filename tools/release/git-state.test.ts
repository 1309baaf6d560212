import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changedFiles, tagsAtHead } from './git-state.js';

let folder = '';
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.invalid', ...args], { cwd: folder });
const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sea-git-'));
  git('init', '--quiet');
  write('kite.ts', 'a');
  write('.gitignore', 'dist\n');
  git('add', '.');
  git('commit', '--quiet', '--message', 'first');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a clean checkout with a tag', () => {
  git('tag', '@sea-align/kite@1.0.0');
  write('dist', 'ignored');
  expect([changedFiles(folder), tagsAtHead(folder)]).toEqual([[], ['@sea-align/kite@1.0.0']]);
});

it('changed and new files, and a tag that is elsewhere', () => {
  write('kite.ts', 'b');
  write('bow.ts', 'new');
  expect(changedFiles(folder)).toEqual([' M kite.ts', '?? bow.ts']);
  git('commit', '--quiet', '--all', '--message', 'second');
  expect(tagsAtHead(folder)).toEqual([]);
});
