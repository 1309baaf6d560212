import { readFile } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';

/** A README's example, as JavaScript. */
export interface ReadmeExample {
  code: string;
  /** Its arguments, among them `{tiny-llava}` and `{picture}` for a checkpoint folder and a picture of the reader's. */
  args: string[];
  /** What it promises to write. */
  prints: string[];
}

/**
 * The examples under `<!-- example: run -->` in a package's README, as someone who copies them would run them.
 * `test/docs/ts-example.ts` describes the comment.
 */
export async function readmeExamples(folder: string): Promise<ReadmeExample[]> {
  const text = await readFile(path.join(folder, 'README.md'), 'utf8');
  const blocks = text.matchAll(
    /^<!-- example: run *(.*?) *(?:-->|\n((?:prints: .+\n)*)-->)\s*^```(?:ts|js)\n([^]*?)^```$/gm,
  );
  return [...blocks].map(([, args, prints = '', code]) => ({
    code: javascript(code),
    args: args.split(/\s+/).filter(Boolean),
    prints: [...prints.matchAll(/^prints: (.+)$/gm)].map(([, said]) => said),
  }));
}

/** The commands under `<!-- example: run -->` in an app's README, word by word. */
export async function readmeCommands(folder: string): Promise<string[][]> {
  const text = await readFile(path.join(folder, 'README.md'), 'utf8');
  const blocks = text.matchAll(/^<!-- example: run -->\s*^```sh\n([^]*?)^```$/gm);
  return [...blocks].flatMap(([, lines]) => lines.trim().split('\n')).map((line) => line.split(/\s+/));
}

function javascript(code: string): string {
  const { ESNext } = ts.ModuleKind;
  return ts.transpileModule(code, { compilerOptions: { module: ESNext, target: ts.ScriptTarget.ES2023 } })
    .outputText;
}
