import { CheckpointError } from '@sea-align/core';
import { builtInFamilies } from './family/built-in-families.js';
import type { Family } from './family/family.js';
import { readArchitecture } from './family/read-architecture.js';
import { loadWeightless } from './load-model.js';
import type { MultimodalModel, PromptTurn } from './multimodal-model.js';

/** How a checkpoint is spoken to, without its weights: for plans and estimates. */
export interface ModelPrompts extends Pick<
  MultimodalModel,
  'family' | 'modality' | 'modalities' | 'geometry' | 'tokenizer' | 'prompt'
> {
  /** Tokens of prompt and answer together that the model has positions for. */
  readonly maxPositionEmbeddings: number;
  /** What the chat template says to the model where a turn has no system prompt; undefined where that is nothing. */
  readonly defaultSystemPrompt?: string;
}

/**
 * Reads a checkpoint folder's config, tokenizer, chat template and preprocessor settings.
 * @throws CheckpointError, ConfigError as `loadModel` does, and CheckpointError for a folder without tokenizer.json
 */
export async function loadPrompts(
  folder: string,
  options: { modality?: string; families?: readonly Family[] } = {},
): Promise<ModelPrompts> {
  const families = [...builtInFamilies, ...(options.families ?? [])];
  const read = await readArchitecture(folder, families);
  const { architecture, config, modality, processor, text } = await loadWeightless(
    folder,
    read,
    options.modality,
  );
  if (text === undefined) {
    throw new CheckpointError(`${folder} has no tokenizer.json, so this model cannot read or write text.`, {
      hint: 'Add tokenizer.json (a fast tokenizer) to the checkpoint folder.',
    });
  }
  const geometry = processor.blankGeometry;
  return {
    family: architecture.name,
    modality,
    modalities: architecture.modalities,
    geometry,
    tokenizer: text.tokenizer,
    maxPositionEmbeddings: config.text.maxPositionEmbeddings,
    defaultSystemPrompt: defaultSystemPrompt((turn) => text.layout.render(turn)),
    prompt: (turn) => {
      const { medium = false } = turn;
      return text.layout.prompt(turn, medium === true ? geometry : medium === false ? undefined : medium);
    },
  };
}

/**
 * Templates tell nothing of their default, so two renderings are compared: what stands in place of a known system prompt
 * when none is given.
 */
function defaultSystemPrompt(render: (turn: PromptTurn) => string): string | undefined {
  const system = '\u2402';
  const [plain, given] = [render({ question: '?' }), render({ question: '?', system })];
  const before = given.indexOf(system);
  if (before < 0) return undefined;
  const after = given.slice(before + system.length);
  if (!plain.startsWith(given.slice(0, before)) || !plain.endsWith(after)) return undefined;
  const text = plain.slice(before, plain.length - after.length).trim();
  return text === '' ? undefined : text;
}
