import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { CheckpointError } from '@sea-align/core';
import { z } from 'zod';
import { readJsonFile } from '../config/read-config.js';

/** tokenizer.json with the folder's special tokens. */
export interface ModelTokenizer {
  readonly vocabularySize: number;
  readonly bosTokenId: number | undefined;
  readonly eosTokenId: number | undefined;
  readonly padTokenId: number | undefined;
  /** No special tokens are added unless asked for; special tokens written out in the text are recognised. */
  encode(text: string, options?: { addSpecialTokens?: boolean }): number[];
  /** Special tokens are left out unless asked for. */
  decode(ids: readonly number[], options?: { skipSpecialTokens?: boolean }): string;
  tokenToId(token: string): number | undefined;
  idToToken(id: number): string | undefined;
}

const specialToken = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const tokenizerConfigSchema = z.looseObject({
  bos_token: specialToken,
  eos_token: specialToken,
  pad_token: specialToken,
});

/**
 * Reads tokenizer.json, and the special tokens from tokenizer_config.json or special_tokens_map.json.
 * @returns undefined where the folder has no tokenizer.json
 * @throws CheckpointError for a file that is no tokenizer
 */
export async function loadTokenizer(folder: string): Promise<ModelTokenizer | undefined> {
  const path = join(folder, 'tokenizer.json');
  if (!existsSync(path)) return undefined;
  const json = await readJsonFile(path);
  const config = await readOptional(join(folder, 'tokenizer_config.json'));
  const map = await readOptional(join(folder, 'special_tokens_map.json'));
  try {
    // The library reads special tokens and flags from the config; unset ones are left to tokenizer.json.
    return new HuggingFaceTokenizer(new Tokenizer(z.looseObject({}).parse(json), config), {
      ...map,
      ...config,
    });
  } catch (error) {
    throw new CheckpointError(
      `${path} is not a usable tokenizer: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

async function readOptional(path: string): Promise<Record<string, unknown>> {
  if (!existsSync(path)) return {};
  const parsed = z.looseObject({}).safeParse(await readJsonFile(path));
  if (!parsed.success) throw new CheckpointError(`${path} is not a JSON object.`);
  return parsed.data;
}

class HuggingFaceTokenizer implements ModelTokenizer {
  readonly vocabularySize: number;
  readonly bosTokenId: number | undefined;
  readonly eosTokenId: number | undefined;
  readonly padTokenId: number | undefined;

  constructor(
    private readonly tokenizer: Tokenizer,
    config: Record<string, unknown>,
  ) {
    const special = tokenizerConfigSchema.parse(config);
    const idOf = (token: z.infer<typeof specialToken>): number | undefined =>
      token == null ? undefined : this.tokenToId(typeof token === 'string' ? token : token.content);
    this.vocabularySize = Math.max(-1, ...tokenizer.get_vocab(true).values()) + 1;
    this.bosTokenId = idOf(special.bos_token);
    this.eosTokenId = idOf(special.eos_token);
    this.padTokenId = idOf(special.pad_token);
  }

  encode(text: string, { addSpecialTokens = false }: { addSpecialTokens?: boolean } = {}): number[] {
    return this.tokenizer.encode(text, { add_special_tokens: addSpecialTokens }).ids;
  }

  decode(ids: readonly number[], { skipSpecialTokens = true }: { skipSpecialTokens?: boolean } = {}): string {
    return ids.length === 0
      ? ''
      : this.tokenizer.decode([...ids], { skip_special_tokens: skipSpecialTokens });
  }

  tokenToId(token: string): number | undefined {
    return this.tokenizer.token_to_id(token);
  }

  idToToken(id: number): string | undefined {
    return this.tokenizer.id_to_token(id);
  }
}
