/** Controls except tab and newline, and format characters: zero-width, joining, bidirectional, the byte-order mark. */
const invisible = /(?![\n\t])[\p{Cc}\p{Cf}]/gu;

/**
 * Text as the later stages see it: Unicode NFC, line ends as `\n`, no control or zero-width characters (they can hide
 * a phrase from every comparison), lone surrogates replaced, runs of blanks as one, trimmed.
 */
export function cleanText(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(invisible, '')
    .normalize('NFC')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .trim();
}

const specialTokens =
  /<\/?s>|<(?:image|video|audio|pad|unk|bos|eos|start_of_turn|end_of_turn)>|<\|[^|\n]{0,40}\|>|\[\/?INST\]|<<\/?SYS>>/i;

/**
 * The first chat or modality marker in `text` (`<image>`, `<|im_end|>`, `[INST]` ...), if any: a model's template
 * would take it for structure, so a dataset row must not bring its own.
 */
export function findSpecialToken(text: string): string | undefined {
  return specialTokens.exec(text)?.[0];
}
