import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { checkpointFault } from './checkpoint-fault.js';
import { findDuplicateKey } from './duplicate-keys.js';

const SINGLE_FILE = 'model.safetensors';
const INDEX_FILE = 'model.safetensors.index.json';

function kindOf(path: string): 'file' | 'folder' | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : stat.isDirectory() ? 'folder' : 'file';
}

/** Finds what `path` names: one file, or an index. In a folder the single file wins, as in Hugging Face transformers. */
export function locateShards(path: string): { file: string; index?: undefined } | { index: string } {
  const kind = kindOf(path);
  if (kind === undefined) {
    throw checkpointFault({
      file: path,
      problem: 'does not exist',
      hint: 'Check the path of the checkpoint.',
    });
  }
  if (kind === 'file') return path.endsWith('.safetensors.index.json') ? { index: path } : { file: path };
  if (kindOf(join(path, SINGLE_FILE)) === 'file') return { file: join(path, SINGLE_FILE) };
  if (kindOf(join(path, INDEX_FILE)) === 'file') return { index: join(path, INDEX_FILE) };
  const pickled =
    kindOf(join(path, 'pytorch_model.bin')) ?? kindOf(join(path, 'pytorch_model.bin.index.json'));
  throw checkpointFault({
    file: path,
    problem: `holds neither ${SINGLE_FILE} nor ${INDEX_FILE}`,
    hint: pickled
      ? 'It holds pickled PyTorch weights: load and save them in transformers with save_pretrained(..., safe_serialization=True).'
      : 'Give the folder of a Hugging Face checkpoint with safetensors weights.',
  });
}

/** Which shard (full path) holds which tensor, and the shards without repetition; each shard is checked to exist. */
export function readShardIndex(index: string): { shardOf: ReadonlyMap<string, string>; files: string[] } {
  const fail = (problem: string, hint = 'Download or write the checkpoint folder again.', tensor?: string) =>
    checkpointFault({ file: index, problem, hint, tensor });
  let weightMap: unknown;
  let text: string;
  try {
    text = readFileSync(index, 'utf8');
    weightMap = (JSON.parse(text) as { weight_map?: unknown } | null)?.weight_map;
  } catch (cause) {
    throw checkpointFault({
      file: index,
      problem: `is not readable as JSON (${(cause as Error).message})`,
      hint: 'Download or write the checkpoint folder again.',
      cause,
    });
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate) throw fail(`holds the key ${duplicate.map((key) => `'${key}'`).join(' > ')} twice`);
  if (typeof weightMap !== 'object' || weightMap === null || Array.isArray(weightMap)) {
    throw fail("has no object 'weight_map' (tensor name -> shard file)");
  }
  const shardOf = new Map<string, string>();
  for (const [tensor, shard] of Object.entries(weightMap)) {
    if (
      typeof shard !== 'string' ||
      shard === '' ||
      shard !== basename(shard) ||
      shard.includes('\\') ||
      shard === '..'
    ) {
      throw fail(
        `is mapped to ${JSON.stringify(shard)}, which is not the name of a file beside the index`,
        undefined,
        tensor,
      );
    }
    const file = join(dirname(index), shard);
    shardOf.set(tensor, file);
  }
  const files = [...new Set(shardOf.values())].sort();
  const missing = files.filter((file) => kindOf(file) !== 'file');
  if (missing.length > 0) {
    const [tensor] = [...shardOf].find(([, file]) => file === missing[0]) ?? [];
    throw fail(
      `is in the shard ${basename(missing[0])}, which is missing (${missing.length} of ${files.length} shards are)`,
      `Download the missing ${missing.length === 1 ? 'file' : 'files'}: ${missing.map((file) => basename(file)).join(', ')}.`,
      tensor,
    );
  }
  return { shardOf, files };
}
