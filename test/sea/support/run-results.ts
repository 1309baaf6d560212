import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { openSafetensors } from '@sea-align/compute';
import { filesBelow } from '@sea-align/e2e-support';

/** Files that tell of the run itself: times, sessions, folders. */
const aboutTheRun = new Set([
  'manifest.json',
  'run.json',
  'report.html',
  'summary.json',
  'prepare-log.jsonl',
]);

async function tensorsOf(file: string): Promise<[string, string][]> {
  const opened = await openSafetensors(file);
  try {
    return opened.names().map((name) => {
      const { data } = opened.read(name);
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return [name, createHash('sha256').update(bytes).digest('hex')];
    });
  } finally {
    opened.close();
  }
}

/**
 * What a run has found out, byte for byte: every file by its hash; embeddings by tensor and record, as the order in which
 * they were finished, and with it their shard, depends on when the run was stopped.
 */
export async function resultsOf(folder: string): Promise<Map<string, string>> {
  const results = new Map<string, string>();
  for (const name of filesBelow(folder)) {
    const file = path.join(folder, name);
    if (aboutTheRun.has(path.basename(name))) continue;
    if (/^embeddings\/embeddings-\d+\.safetensors$/.test(name)) {
      for (const [tensor, hash] of await tensorsOf(file)) results.set(`embedding ${tensor}`, hash);
    } else if (name === 'embeddings/embeddings.jsonl') {
      for (const line of (await readFile(file, 'utf8')).trimEnd().split('\n')) {
        const { file: _, ...record } = JSON.parse(line) as { id: string; file: string };
        results.set(`record ${record.id}`, JSON.stringify(record));
      }
    } else {
      results.set(
        name,
        createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      );
    }
  }
  return results;
}
