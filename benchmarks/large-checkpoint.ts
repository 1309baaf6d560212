import { statSync } from 'node:fs';
import { cp, mkdir, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFloat32, writeSafetensors, type WritableTensor } from '@sea-align/compute';
import { canonicalJson, DiskError, Rng, sha256, writeFileAtomic } from '@sea-align/core';
import { builtInFamilies, findFamily } from '@sea-align/mllm';
import { tinyModelFolder } from '@sea-align/tiny-models';
import { largeSampleWords } from './large-sample.js';
import type { LargeShape } from './large-shapes.js';

/** Standard deviation of the weights: `initializer_range` of all three models. */
const deviation = 0.02;

/** Written last: a folder that has it is complete. */
const completeFile = 'random-checkpoint.json';

export interface LargeCheckpointRequest {
  shape: LargeShape;
  folder: string;
  seed: number;
  /** Most bytes of a shard; default 5 GB, as transformers saves. */
  shardBytes?: number;
  /** Told before the first shard and after each. */
  onShard?: (shards: number) => void;
}

export interface LargeCheckpoint {
  folder: string;
  parameters: number;
  /** Of all shards. */
  bytes: number;
  shards: number;
  /** The folder was there, complete. */
  reused: boolean;
}

/**
 * A checkpoint folder of this shape with seeded random float16 weights, in shards: norms 1, biases 0, the rest normal. The draws
 * come from one pool of four million, cut at random places: drawing 8 billion numbers would take longer than the step.
 * @throws DiskError where the disk has not enough room
 */
export async function largeCheckpoint(request: LargeCheckpointRequest): Promise<LargeCheckpoint> {
  const { shape, folder, seed, shardBytes = 5e9 } = request;
  const { config } = shape;
  const shards = planShards(config, shardBytes);
  const parameters = elementsOf(shards.flat());
  const found = { folder, parameters, bytes: 2 * parameters, shards: shards.length };
  const identity = sha256(canonicalJson({ version: 1, seed, config, deviation, shardBytes }));
  if (await isComplete(folder, identity, shards)) return { ...found, reused: true };
  await mkdir(folder, { recursive: true });
  await assertRoom(folder, 2 * parameters);
  await writeSmallFiles(folder, shape);
  const weights = new RandomWeights(new Rng(seed));
  const weightMap: Record<string, string> = {};
  request.onShard?.(shards.length);
  for (const [at, tensors] of shards.entries()) {
    const file = shardFile(at, shards.length);
    await writeSafetensors(
      join(folder, file),
      tensors.map(({ tensor, extents, size }): [string, WritableTensor] => [
        tensor,
        { dtype: 'F16', shape: extents, data: () => weights.draw(tensor, extents, size) },
      ]),
      { format: 'pt' },
    );
    for (const { tensor } of tensors) weightMap[tensor] = file;
    request.onShard?.(shards.length);
  }
  const index = { metadata: { total_size: 2 * parameters }, weight_map: weightMap };
  await writeFileAtomic(join(folder, 'model.safetensors.index.json'), JSON.stringify(index, null, 2));
  await writeFileAtomic(join(folder, completeFile), JSON.stringify({ identity }));
  return { ...found, reused: false };
}

export interface PlannedTensor {
  /** Its name. */
  tensor: string;
  extents: readonly number[];
  size: number;
}

/** The tensors of a config, in shards of at most `shardBytes`. */
export function planShards(config: Record<string, unknown>, shardBytes: number): PlannedTensor[][] {
  const family = findFamily(config, 'config.json', builtInFamilies);
  const { required, optional } = family.expectedTensors(family.parseConfig(config, 'config.json'));
  const shards: PlannedTensor[][] = [[]];
  let room = shardBytes;
  for (const [tensor, extents] of [...required, ...optional]) {
    const size = extents.reduce((product, extent) => product * extent, 1);
    if (2 * size > room) {
      shards.push([]);
      room = shardBytes;
    }
    shards[shards.length - 1].push({ tensor, extents, size });
    room -= 2 * size;
  }
  return shards;
}

function shardFile(at: number, shards: number): string {
  const padded = (number: number): string => String(number).padStart(5, '0');
  return `model-${padded(at + 1)}-of-${padded(shards)}.safetensors`;
}

export function elementsOf(tensors: readonly PlannedTensor[]): number {
  return tensors.reduce((sum, { size }) => sum + size, 0);
}

async function isComplete(folder: string, identity: string, shards: PlannedTensor[][]): Promise<boolean> {
  const text = await readFile(join(folder, completeFile), 'utf8').catch(() => '{}');
  if ((JSON.parse(text) as { identity?: string }).identity !== identity) return false;
  return shards.every((tensors, at) => {
    const file = statSync(join(folder, shardFile(at, shards.length)), { throwIfNoEntry: false });
    return file !== undefined && file.size > 2 * elementsOf(tensors);
  });
}

/** @throws DiskError */
export async function assertRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const needed = bytes * 1.02;
  if (free >= needed) return;
  throw new DiskError(
    `${folder}: the checkpoint takes ${gigabytes(needed)} GB, the disk has ${gigabytes(free)} GB left.`,
    { hint: 'Name a folder on another disk, or ask for fewer layers.' },
  );
}

export function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}

/** Float16 weights by name, the same for the same name. */
class RandomWeights {
  private readonly pool: Uint16Array;

  constructor(private readonly rng: Rng) {
    const draw = rng.fork('pool');
    const normals = Float32Array.from({ length: 2 ** 22 }, () => deviation * draw.normal());
    this.pool = fromFloat32(normals, [normals.length], 'float16').data as Uint16Array;
  }

  draw(tensor: string, extents: readonly number[], size: number): Uint16Array {
    const values = new Uint16Array(size);
    if (tensor.endsWith('.bias')) return values;
    // Vectors that are no biases scale a norm, but for CLIP's class embedding.
    if (extents.length === 1 && tensor.endsWith('.weight')) return values.fill(halfOne);
    const rng = this.rng.fork(tensor);
    for (let at = 0; at < size;) {
      const start = rng.int(this.pool.length);
      const piece = this.pool.subarray(start, start + Math.min(size - at, this.pool.length));
      values.set(piece, at);
      at += piece.length;
    }
    return values;
  }
}

/** 1 as float16. */
const halfOne = 0x3c00;

/** config.json, the processor's settings, and a tokenizer of the sample's words with the family's special tokens. */
async function writeSmallFiles(
  folder: string,
  { modality, config, preprocessor, specialTokens }: LargeShape,
): Promise<void> {
  const from = tinyModelFolder(modality);
  await cp(join(from, 'chat_template.jinja'), join(folder, 'chat_template.jinja'));
  await cp(join(from, 'special_tokens_map.json'), join(folder, 'special_tokens_map.json'));
  const tokenizer = JSON.parse(await readFile(join(from, 'tokenizer.json'), 'utf8')) as TokenizerFile;
  const words = new Set([...Object.keys(tokenizer.model.vocab), ...largeSampleWords]);
  const vocab: Record<string, number> = {};
  let next = firstWordId;
  for (const word of words) vocab[word] = specialTokens[word] ?? next++;
  for (const token of tokenizer.added_tokens) token.id = vocab[token.content];
  tokenizer.model.vocab = vocab;
  const begins = tokenizer.post_processor?.special_tokens ?? {};
  for (const special of Object.values(begins)) special.ids = special.tokens.map((token) => vocab[token]);
  const {
    chat_template: _,
    added_tokens_decoder: __,
    ...settings
  } = JSON.parse(await readFile(join(from, 'tokenizer_config.json'), 'utf8')) as Record<string, unknown>;
  for (const [file, content] of Object.entries({
    'config.json': config,
    'preprocessor_config.json': preprocessor,
    'tokenizer.json': tokenizer,
    'tokenizer_config.json': settings,
  })) {
    await writeFileAtomic(join(folder, file), `${JSON.stringify(content, null, 2)}\n`);
  }
}

/** Words count from here, as special tokens of LLaMA come first. */
const firstWordId = 1000;

interface TokenizerFile {
  added_tokens: { id: number; content: string }[];
  model: { vocab: Record<string, number> };
  post_processor: { special_tokens?: Record<string, { ids: number[]; tokens: string[] }> } | null;
}
