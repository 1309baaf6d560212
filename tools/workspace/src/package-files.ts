import type { NewPackage } from './new-package.js';

/** Files of the package that new ones follow; its manifest and configuration are read when a package is made. */
export const pattern = 'packages/core';
export const configurationFiles = ['tsconfig.json', 'tsconfig.build.json', 'vitest.config.ts'];

type Manifest = Record<string, unknown>;

/** The manifest: the pattern's, with a name, description and floor of its own, and without dependencies. */
export function manifestOf({ name, layer, description }: NewPackage, { ...of }: Manifest): Manifest {
  for (const own of ['keywords', 'dependencies', 'devDependencies', 'optionalDependencies', 'bin'])
    delete of[own];
  // Its first fields stand in the pattern's order.
  const ordered = { name: '', version: '', description: '', license: '', type: '', keywords: [''] };
  return {
    ...ordered,
    ...of,
    name: `@sea-align/${name}`,
    version: '0.1.0',
    description,
    keywords: ['ai-safety', 'sea-align', ...name.split('-')],
    nx: { tags: [`layer:${layer}`] },
  };
}

/** The text of the files that are the package's own, by their name in its folder. */
export function sourceFiles({ name, description }: NewPackage): Readonly<Record<string, string>> {
  const full = `@sea-align/${name}`;
  return {
    'src/index.ts': `export { countWords } from './count-words.js';\n`,
    'src/count-words.ts': `/** Words of a text: what stands between white space. */
export function countWords(text: string): number {
  return text.split(/\\s+/).filter(Boolean).length;
}
`,
    'src/count-words.test.ts': `import { describe, expect, it } from 'vitest';
import { countWords } from './count-words.js';

describe('countWords', () => {
  it.each([
    ['', 0],
    ['kite', 1],
    ['  fly a\\nkite ', 3],
  ])('of %j: %i', (text, words) => {
    expect(countWords(text)).toBe(words);
  });
});
`,
    'README.md': `# ${full}

${description}.

\`\`\`sh
npm install ${full}
\`\`\`

## Example

<!-- example: run
prints: 3
-->

\`\`\`ts
import { countWords } from '${full}';

console.log(countWords('fly a kite')); // 3
\`\`\`

## Options and errors

None so far.

## Dependencies

None.
`,
  };
}
