import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { workspaceRoot } from '@sea-align/e2e-support';
import { describe, expect, it } from 'vitest';
import { documents } from './documents.js';

const fences = /^```[^]*?^```$/gm;

/** Anchors of a document's headings, as GitHub makes them. */
function anchors(text: string): string[] {
  return [...text.replaceAll(fences, '').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

const links = documents().flatMap(({ name, text }) =>
  [...text.replaceAll(fences, '').matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, to]) => ({
    name,
    to,
    text,
  })),
);

/** Files of the repository that a text names: `packages/…/file.ts`. A name that begins with `my-` stands for the reader’s own. */
const named = documents().flatMap(({ name, text }) =>
  [...text.matchAll(/`((?:packages|apps|test|tools|docs|examples|benchmarks)\/[\w./-]+\.\w+)`/g)].map(
    ([, file]) => ({
      name,
      file,
    }),
  ),
);

describe('links in the documentation', () => {
  it('files that are named are there', () => {
    const missing = named.filter(
      ({ file }) => !file.includes('/my-') && !existsSync(path.join(workspaceRoot, file)),
    );
    expect(named.length).toBeGreaterThan(15);
    expect(missing.map(({ name, file }) => `${name}: ${file}`)).toEqual([]);
  });

  it('all lead to a file, or to a heading of one', () => {
    const broken = links.filter(({ name, to, text }) => {
      const [file, anchor] = to.split('#');
      const target = path.join(workspaceRoot, path.dirname(name), file);
      if (file !== '' && !existsSync(target)) return true;
      if (anchor === undefined) return false;
      return !anchors(file === '' ? text : readFileSync(target, 'utf8')).includes(anchor);
    });
    expect(links.length).toBeGreaterThan(20);
    expect(broken.map(({ name, to }) => `${name}: ${to}`)).toEqual([]);
  });
});
