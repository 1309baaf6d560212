import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { workspaceRoot } from '@sea-align/e2e-support';
import { describe, expect, it } from 'vitest';
import { codeBlocks } from './code-block.js';

/** What a README must tell of its package, and by what it is found. */
const parts: Readonly<Record<string, (text: string, folder: string) => boolean>> = {
  'its name, and what it is': (text, folder) =>
    new RegExp(`^# @sea-align/${path.basename(folder)}\\n\\n(?!\`\`\`|#)[^]{60}`).test(text),
  'how to install it': (text, folder) =>
    new RegExp(`npm install (--global )?(@[\\w/-]+ )*@sea-align/${path.basename(folder)}\\b`).test(text),
  // What it prints is compared: an example that does nothing would pass else. Those of the apps are run by test/release.
  'an example that is run': (text, folder) =>
    codeBlocks({ name: `${folder}/README.md`, text }).some(
      ({ directive = '', language }) =>
        directive.startsWith('run') && (language === 'sh' || /^prints: /m.test(directive)),
    ),
  options: (text) => /^#+ .*Options|^\| (option|key) /im.test(text),
  errors: (text) => /^#+ (.*Errors|Exit codes)/im.test(text),
};

const lacks = (text: string, folder: string): string[] =>
  Object.keys(parts).filter((part) => !parts[part](text, folder));

const folders = ['packages', 'apps'].flatMap((group) =>
  readdirSync(path.join(workspaceRoot, group))
    .map((name) => `${group}/${name}`)
    .filter((folder) => existsSync(path.join(workspaceRoot, folder, 'package.json'))),
);

describe('READMEs', () => {
  it('there are some', () => expect(folders.length).toBeGreaterThan(13));

  it.each(folders)('%s tells what it is, how to install it, an example, options and errors', (folder) => {
    expect(lacks(readFileSync(path.join(workspaceRoot, folder, 'README.md'), 'utf8'), folder)).toEqual([]);
  });

  it('what is missing would be found', () => {
    expect(lacks('# @sea-align/kite\n\n```sh\nnpm install kite\n```\n', 'packages/kite')).toEqual(
      Object.keys(parts),
    );
  });
});

describe('guides', () => {
  const folder = path.join(workspaceRoot, 'docs/contributing');
  const guides = readdirSync(folder).map((name) => ({
    name,
    text: readFileSync(path.join(folder, name), 'utf8'),
  }));

  it.each(guides)('$name is short', ({ text }) => {
    expect(text.split('\n').length).toBeLessThan(100);
  });

  it('those that say how to add something say when one is done', () => {
    const adding = guides.filter(({ text }) => text.startsWith('# Adding '));
    expect(adding.length).toBeGreaterThan(4);
    expect(adding.filter(({ text }) => !/^## You are done when$/m.test(text))).toEqual([]);
  });
});
