import type { TextConfig } from '../config/text-config.js';

/** Module names of the language model in the checkpoint, as published on the hub. */
export interface LanguageModelNames {
  /** Holds embed_tokens, layers.N and norm: `language_model.model` (LLaVA, Qwen2-Audio) or `model` (Qwen2-VL). */
  readonly root: string;
  /** `language_model.lm_head` or `lm_head`. */
  readonly lmHead: string;
}

/** What decoder, masks and vocabulary projection need to know. */
export interface LanguageModelConfig {
  text: TextConfig;
  names: LanguageModelNames;
  /** lm_head shares embed_tokens. */
  tieWordEmbeddings: boolean;
}

/** A checkpoint's config.json with every default filled in as Hugging Face does; families add their own fields. */
export interface FamilyConfig extends LanguageModelConfig {
  /** config.json's `model_type`. */
  modelType: string;
  eosTokenIds: number[];
  padTokenId: number | undefined;
}
