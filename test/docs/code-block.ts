import type { MarkdownFile } from './documents.js';

/** A fenced block of code in a document. */
export interface CodeBlock {
  /** `file.md:12`, where its code begins. */
  readonly place: string;
  readonly file: string;
  readonly language: string;
  readonly code: string;
  /** What the comment `<!-- example: … -->` above it says, if there is one. */
  readonly directive?: string;
}

const block =
  /^(?:<!-- example: (?<directive>[^]*?) ?-->\n+)?```(?<language>\w*)[^\n]*\n(?<code>[^]*?)^```$/gm;

/** The fenced blocks of a document, in its order. */
export function codeBlocks({ name, text }: MarkdownFile): CodeBlock[] {
  return [...text.matchAll(block)].map((match) => {
    const { directive, language, code } = match.groups as Record<'language' | 'code', string> & {
      directive?: string;
    };
    const before = text.slice(0, match.index + match[0].length - code.length - '```'.length);
    return {
      place: `${name}:${before.split('\n').length}`,
      file: name,
      language,
      code,
      directive: directive?.trim(),
    };
  });
}
