import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { bundlePage, generatedFile } from './bundle.js';

it('the script of the page is the one that its modules make (else: npm run page -w packages/evaluation)', async () => {
  expect(await readFile(generatedFile, 'utf8')).toBe(await bundlePage());
});
