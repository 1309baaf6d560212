import { codeBlocks, type CodeBlock } from './code-block.js';
import type { MarkdownFile } from './documents.js';

/**
 * An example in TypeScript. By its comment in the document it
 * - is type-checked (no comment);
 * - is type-checked below declarations that the reader does not see:
 *   `<!-- example: given` DECLARATIONS `-->`;
 * - is run, too, in an empty folder, and prints what is promised:
 *   `<!-- example: run [ARGUMENT…]` and lines `prints: TEXT` `-->`.
 */
export interface TsExample extends CodeBlock {
  /** Code that stands before the example's own. */
  readonly given: string;
  readonly run?: { readonly args: readonly string[]; readonly prints: readonly string[] };
}

/** The TypeScript and JavaScript examples of a document. @throws Error at a comment that says something else */
export function tsExamples(document: MarkdownFile): TsExample[] {
  return codeBlocks(document)
    .filter(({ language }) => ['ts', 'js', 'typescript', 'javascript'].includes(language))
    .map((block) => {
      const [first = '', ...rest] = block.directive?.split('\n') ?? [];
      const [kind, ...args] = first.split(/\s+/);
      if (block.directive === undefined) return { ...block, given: '' };
      if (kind === 'given') return { ...block, given: rest.join('\n') };
      const prints = rest.map((line) => /^prints: (.+)$/.exec(line)?.[1]);
      if (kind !== 'run' || prints.includes(undefined)) {
        throw new Error(`${block.place}: "example: ${block.directive}" is neither "given" nor "run"`);
      }
      return { ...block, given: '', run: { args, prints: prints as string[] } };
    });
}
