import { execFileSync } from 'node:child_process';

function gitLines(folder: string, ...args: string[]): string[] {
  const output = execFileSync('git', args, { cwd: folder, encoding: 'utf8' });
  return output.split('\n').filter((line) => line !== '');
}

/** Tags of the commit that is checked out. */
export const tagsAtHead = (folder: string): string[] => gitLines(folder, 'tag', '--points-at', 'HEAD');

/** Files that differ from that commit, and new ones that git does not ignore, as `git status --porcelain` lists them. */
export const changedFiles = (folder: string): string[] =>
  gitLines(folder, 'status', '--porcelain', '--untracked-files=all');
