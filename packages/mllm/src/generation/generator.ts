import type { HostTensor } from '@sea-align/compute';
import { ConfigError, EngineError, type Rng } from '@sea-align/core';
import { nextRung } from '../layers/length-bucket.js';
import { rotaryAxes, rotaryTables } from '../layers/rotary.js';
import { layoutRows, mediaGroups, mediaKey } from '../merge/row-layout.js';
import { rowPositions } from '../merge/row-positions.js';
import { mediaPlaces, type TokenRow } from '../merge/token-row.js';
import type { ModelPieces } from '../model-pieces.js';
import type { GenerationOptions, GenerationRequest } from '../multimodal-model.js';
import type { SessionCache } from '../session-cache.js';
import { buildDecode } from './decode-program.js';
import { KeyValueCache } from './key-value-cache.js';
import { buildPrefill } from './prefill-program.js';
import { greedyToken, sampleToken } from './sampling.js';

/** New tokens of one request; `finished` tells that an end-of-sequence token came (it is not among the ids). */
export interface TokenGeneration {
  ids: number[];
  finished: boolean;
}

/** What a batch's rows have become so far. */
interface Row {
  prompt: TokenRow;
  ids: number[];
  /** New tokens at most. */
  limit: number;
  /** An end-of-sequence token came. */
  finished: boolean;
  /** Finished, or at the limit. */
  done: boolean;
  rng: Rng | undefined;
}

const DEFAULT_BATCH = 16;

/** Shorter prompts are padded to it: it costs little, and another session more. */
const shortestPrompt = 64;

/** Greedy or sampled decoding of right-padded batches. */
export class Generator {
  constructor(
    private readonly model: ModelPieces,
    private readonly sessions: SessionCache,
    private readonly eosTokenIds: readonly number[],
  ) {}

  /** @throws ConfigError for options that make no sense, EngineError for prompts that the model cannot take */
  async generate(
    requests: readonly GenerationRequest[],
    options: GenerationOptions,
  ): Promise<TokenGeneration[]> {
    checkOptions(
      options,
      requests.every(({ seed }) => seed !== undefined),
    );
    const rows = requests.map(({ promptIds, embedding, seed, maxNewTokens = Infinity }, at): Row => {
      const prompt = { ids: promptIds, embedding };
      const limit = Math.min(maxNewTokens, options.maxNewTokens);
      this.check(prompt, limit);
      const rng = seed ?? options.seed?.fork(at);
      return { prompt, ids: [], limit, finished: false, done: limit <= 0, rng };
    });
    // Prompts of like length share a batch.
    const order = [...rows].sort((a, b) => a.prompt.ids.length - b.prompt.ids.length);
    const batchSize = options.batchSize ?? DEFAULT_BATCH;
    for (let start = 0; start < order.length && options.maxNewTokens > 0; start += batchSize) {
      const batch = order.slice(start, start + batchSize);
      await (options.useCache === false ? this.withoutCache(batch, options) : this.withCache(batch, options));
    }
    return rows.map(({ ids, finished }) => ({ ids, finished }));
  }

  private async withCache(batch: readonly Row[], options: GenerationOptions): Promise<void> {
    const { text } = this.model.config;
    const lengths = batch.map((row) => row.prompt.ids.length);
    const nextPositions = batch.map((row) => rowPositions(text, row.prompt).next);
    const size = batchBucket(batch.length);
    const prefillLength = nextRung(Math.max(shortestPrompt, ...lengths));
    const longest = Math.max(...batch.map(({ prompt, limit }) => prompt.ids.length + limit));
    const capacity = nextRung(Math.max(2 * shortestPrompt, longest));
    const outputs = await this.prefill(
      batch.map((row) => row.prompt),
      size,
      prefillLength,
      true,
    );
    const cache = new KeyValueCache(text, size, capacity);
    cache.store(outputs, prefillLength, () => 0);
    this.choose(batch, outputs['logits'], options);
    for (let step = 1; batch.some((row) => !row.done); step++) {
      await this.sessions.use(
        `decode ${size} ${capacity}`,
        () => buildDecode(this.model, size, capacity),
        async (session, program) => {
          const past = Array.from({ length: size }, (_, row) =>
            // A row that is done before others may have no place left.
            row < batch.length ? Math.min(lengths[row] + step - 1, capacity - 1) : 0,
          );
          const inputIds = new Int32Array(size);
          const positions = new Int32Array(size);
          batch.forEach((row, at) => {
            inputIds[at] = row.ids[row.ids.length - 1] ?? 0;
            positions[at] = nextPositions[at] + step - 1;
          });
          const stepOutputs = await session.run({
            input_ids: inputIds,
            ...rotaryTables(text, new Array<Int32Array>(rotaryAxes(text)).fill(positions)),
            ...program.masks.feeds(
              (row, _query, key) => key === capacity || key < past[row],
              (row, _query, key) => (key === capacity ? 0 : past[row] - key),
            ),
            ...cache.feeds(),
          });
          cache.store(stepOutputs, 1, (row) => past[row]);
          this.choose(batch, stepOutputs['logits'], options);
        },
      );
    }
  }

  /** The whole sequence again for every token. */
  private async withoutCache(batch: readonly Row[], options: GenerationOptions): Promise<void> {
    while (batch.some((row) => !row.done)) {
      const rows = batch.map(({ prompt, ids }) => ({
        ids: [...prompt.ids, ...ids],
        embedding: prompt.embedding,
        textFrom: prompt.ids.length,
      }));
      const length = nextRung(Math.max(...rows.map(({ ids }) => ids.length)));
      const outputs = await this.prefill(rows, batchBucket(batch.length), length, false);
      this.choose(batch, outputs['logits'], options);
    }
  }

  private async prefill(
    rows: readonly TokenRow[],
    size: number,
    length: number,
    keepKeys: boolean,
  ): Promise<Record<string, HostTensor>> {
    const shape = { rows: size, length, media: mediaGroups(rows, size) };
    return this.sessions.use(
      `prefill ${size} ${length} ${mediaKey(shape.media)} ${keepKeys}`,
      () => buildPrefill(this.model, shape, keepKeys),
      (session, program) => {
        const lastPlaces = Int32Array.from({ length: size }, (_, row) => row * length);
        rows.forEach(({ ids }, row) => {
          lastPlaces[row] = row * length + ids.length - 1;
        });
        return session.run({
          ...layoutRows(this.model.placeholderIds, rows, shape),
          ...program.feeds(rows),
          last_places: lastPlaces,
        });
      },
    );
  }

  /** Appends each unfinished row's next token. */
  private choose(batch: readonly Row[], logits: HostTensor, options: GenerationOptions): void {
    const vocabulary = this.model.config.text.vocabSize;
    const values = logits.data as Float32Array;
    batch.forEach((row, at) => {
      if (row.done) return;
      const own = values.subarray(at * vocabulary, (at + 1) * vocabulary);
      const { temperature = 0, topP = 1 } = options;
      const token =
        row.rng && temperature > 0 ? sampleToken(own, { temperature, topP }, row.rng) : greedyToken(own);
      if (this.eosTokenIds.includes(token)) row.finished = true;
      else row.ids.push(token);
      row.done = row.finished || row.ids.length >= row.limit;
    });
  }

  private check(prompt: TokenRow, maxNewTokens: number): void {
    const { vocabSize, maxPositionEmbeddings } = this.model.config.text;
    if (prompt.ids.length === 0) throw new EngineError('A prompt needs at least one token.');
    const wrong = prompt.ids.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabSize);
    if (wrong !== undefined)
      throw new EngineError(`Token id ${wrong} is outside the vocabulary of ${vocabSize}.`);
    if (prompt.ids.length + maxNewTokens > maxPositionEmbeddings) {
      throw new EngineError(
        `${prompt.ids.length} prompt tokens and ${maxNewTokens} new ones exceed the model's ${maxPositionEmbeddings} positions.`,
      );
    }
    mediaPlaces(prompt, this.model.placeholderIds);
  }
}

function checkOptions(
  { maxNewTokens, temperature = 0, topP = 1, seed, batchSize = 1 }: GenerationOptions,
  allSeeded: boolean,
): void {
  const issues = [
    ...(Number.isInteger(maxNewTokens) && maxNewTokens >= 0
      ? []
      : [{ path: 'maxNewTokens', message: 'must be a non-negative integer' }]),
    ...(temperature >= 0 && Number.isFinite(temperature)
      ? []
      : [{ path: 'temperature', message: 'must be 0 or more' }]),
    ...(topP > 0 && topP <= 1 ? [] : [{ path: 'topP', message: 'must be in (0, 1]' }]),
    ...(temperature > 0 && seed === undefined && !allSeeded
      ? [{ path: 'seed', message: 'sampling needs a seed' }]
      : []),
    ...(Number.isInteger(batchSize) && batchSize > 0
      ? []
      : [{ path: 'batchSize', message: 'must be a positive integer' }]),
  ];
  if (issues.length > 0) throw new ConfigError('Generation options:', { issues });
}

/** Rows of the compiled session: 1, 4, 16, 64, …, so that few sessions serve all batches. */
function batchBucket(rows: number): number {
  return 4 ** Math.ceil(Math.log2(rows) / 2);
}
