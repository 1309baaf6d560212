/** tokenizer.json with the folder's special tokens. */
export interface ModelTokenizer {
  readonly vocabularySize: number;
  readonly eosTokenId: number | undefined;
  readonly bosTokenId: number | undefined;
  readonly padTokenId: number | undefined;
  /** No special tokens are added unless asked for; special tokens written out in the text are recognised. */
  encode(text: string, options?: { addSpecialTokens?: boolean }): number[];
  decode(ids: readonly number[], options?: { skipSpecialTokens?: boolean }): string;
  tokenToId(token: string): number | undefined;
}
