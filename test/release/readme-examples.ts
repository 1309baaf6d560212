import { readFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';

/** A README's example that needs nothing but the package, as JavaScript. */
export interface ReadmeExample {
  code: string;
  /** What it promises to write. */
  prints: string[];
}

/**
 * The examples under `<!-- example: run -->` without arguments in a package's README, as someone who copies them would run
 * them. `test/docs/ts-example.ts` describes the comment.
 */
export async function readmeExamples(folder: string): Promise<ReadmeExample[]> {
  const text = await readFile(path.join(folder, 'README.md'), 'utf8');
  const blocks = text.matchAll(
    /^<!-- example: run\s*?\n?((?:prints: .+\n)*)\s*-->\s*^```(?:ts|js)\n([^]*?)^```$/gm,
  );
  return [...blocks].map(([, prints, code]) => ({
    code: javascript(code),
    prints: [...prints.matchAll(/^prints: (.+)$/gm)].map(([, said]) => said),
  }));
}

function javascript(code: string): string {
  const { ESNext } = ts.ModuleKind;
  return ts.transpileModule(code, { compilerOptions: { module: ESNext, target: ts.ScriptTarget.ES2023 } })
    .outputText;
}
