import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { DatasetError, ProgressMeter, sha256File, shardOf } from '@sea-align/core';
import type { DatasetFormat } from '../dataset/dataset-formats.js';
import { readDataset, type DatasetRow } from '../dataset/dataset-reader.js';
import type {
  ExtractionRequest,
  ExtractionResult,
  PhraseExtractor,
  RejectionCode,
} from '../extraction/extraction.js';
import { forEachBounded } from './bounded-pool.js';
import { exists, joinShards, outputFiles, writeIfChanged, type OutputFiles } from './output-files.js';
import { checkedOptions, type PrepareOptions, type PrepareSummary } from './prepare-options.js';
import { fingerprint, PrepareLog, type Outcome, type PrepareSettings } from './prepare-log.js';
import { extractionRequest, preparedSample, rejectedOutcome, screened } from './prepare-row.js';

/** All of the dataset is checked first, before money is spent on its first half. */
async function scan(input: string, format: DatasetFormat | 'auto') {
  const ids: string[] = [];
  let found: DatasetFormat | undefined;
  for await (const row of readDataset(input, { format })) {
    ids.push(row.id);
    found = row.format;
  }
  if (found === undefined) throw new DatasetError('holds no rows', { file: input });
  return { ids, format: found };
}

const requestKey = ({ instruction, phrase, kind }: ExtractionRequest) =>
  JSON.stringify([instruction, phrase, kind]);

/** One extraction per distinct request: datasets repeat a prompt with several responses. */
function remembering(extractor: PhraseExtractor) {
  const known = new Map<string, Promise<ExtractionResult>>();
  return (request: ExtractionRequest, signal?: AbortSignal) => {
    const key = requestKey(request);
    let result = known.get(key);
    if (result === undefined) {
      result = extractor.extract(request, signal);
      known.set(key, result);
    }
    return result;
  };
}

function summarise(outcomes: Iterable<Outcome>) {
  const counts = {
    prepared: 0,
    rejected: 0,
    rejectedBy: {} as Partial<Record<RejectionCode, number>>,
    kinds: { activity: 0, product: 0 },
    harmful: 0,
  };
  for (const outcome of outcomes) {
    if (outcome.type === 'rejected') {
      counts.rejected += 1;
      counts.rejectedBy[outcome.code] = (counts.rejectedBy[outcome.code] ?? 0) + 1;
    } else {
      counts.prepared += 1;
      counts.kinds[outcome.sample.kind] += 1;
      if (outcome.sample.harmful) counts.harmful += 1;
    }
  }
  return counts;
}

/**
 * Stage 1 of SEA: turns a text dataset into prepared samples. Writes `prepared.jsonl` and `rejected.jsonl` in the order of
 * the dataset, and a log from which a stopped run goes on with the same call; with everything done it does nothing.
 *
 * @throws DatasetError (file, line, field) before anything is prepared; ConfigError for options that are not valid;
 *   RunFolderError where `out` holds rows prepared with other settings; ChatError when the server fails; DiskError; the
 *   signal's reason when stopped.
 */
export async function prepare(options: PrepareOptions): Promise<PrepareSummary> {
  const checked = checkedOptions(options);
  const { input, out, habits, stylesPerSample, limits, extractor, harmful, dryRun, shard, signal } = checked;
  const { ids, format } = await scan(input, checked.format);
  const sha256 = await sha256File(input);
  const selected = shardOf(ids, shard).slice(0, checked.limit);
  const wanted = new Set(selected);
  const styleRng = checked.rng.fork('style');
  const settings: PrepareSettings = {
    input: sha256,
    format,
    extractor: extractor.name,
    habits: fingerprint(habits),
    seed: fingerprint(styleRng.state()),
    stylesPerSample,
    harmful: String(harmful),
    limits: fingerprint(limits),
  };

  const files = outputFiles(out, shard);
  if (checked.force && !dryRun) for (const file of Object.values(files)) await rm(file, { force: true });
  const newLog = checked.force || !(await exists(files.log));
  const unknown = dryRun && checked.habitsStandIn === true ? ['habits'] : [];
  const log = dryRun && newLog ? undefined : await PrepareLog.open(files.log, settings, unknown);
  try {
    const outcomes = new Map([...(log?.outcomes ?? [])].filter(([id]) => wanted.has(id)));
    const base = {
      input: { path: input, sha256, format, rows: ids.length },
      extractor: extractor.name,
      habits,
      selected: selected.length,
      alreadyDone: outcomes.size,
      dryRun,
    };
    const waiting = async function* (done: ReadonlySet<string>): AsyncGenerator<DatasetRow> {
      if (done.size === selected.length) return;
      for await (const row of readDataset(input, { format })) {
        signal?.throwIfAborted();
        if (wanted.has(row.id) && !done.has(row.id)) yield row;
      }
    };
    const rows = waiting(new Set(outcomes.keys()));

    if (log === undefined || dryRun) {
      const requests = new Map<string, ExtractionRequest>();
      for await (const row of rows) {
        const screening = screened(row, limits);
        if ('outcome' in screening) outcomes.set(row.id, screening.outcome);
        else requests.set(requestKey(screening.row), extractionRequest(screening.row));
      }
      const estimate = await extractor.estimate?.([...requests.values()]);
      return { ...base, ...summarise(outcomes.values()), ...(estimate === undefined ? {} : { estimate }) };
    }

    const extract = remembering(extractor);
    const meter = new ProgressMeter('prepare', selected.length, options.onProgress, {
      alreadyDone: outcomes.size,
    });
    const sampleSettings = { habits, rng: styleRng, stylesPerSample, harmful, file: basename(input) };
    const outcomeOf = async (row: DatasetRow): Promise<Outcome> => {
      const screening = screened(row, limits);
      if ('outcome' in screening) return screening.outcome;
      const result = await extract(extractionRequest(screening.row), signal);
      if ('rejection' in result) return rejectedOutcome(row, result.rejection.code, result.rejection.detail);
      const sample = preparedSample(screening.row, result.extraction, sampleSettings);
      return { type: 'prepared', line: row.line, sample };
    };
    await forEachBounded(rows, checked.concurrency, async (row) => {
      const outcome = await outcomeOf(row);
      await log.append(outcome);
      outcomes.set(row.id, outcome);
      meter.tick(1, outcome.type === 'rejected' ? { message: `${row.id} rejected: ${outcome.code}` } : {});
    });

    await writeOutcomes(files, selected, outcomes);
    const joined = shard === undefined ? undefined : await joinShards(out, shard);
    return {
      ...base,
      ...summarise(outcomes.values()),
      files: { ...files, ...(joined === undefined ? {} : { joined }) },
    };
  } finally {
    await log?.close();
  }
}

/** The outcomes as the two output files, in the order of the dataset. */
async function writeOutcomes(
  files: OutputFiles,
  ids: readonly string[],
  outcomes: ReadonlyMap<string, Outcome>,
) {
  const ordered = ids.map((id) => outcomes.get(id)).filter((outcome) => outcome !== undefined);
  const samples = ordered.flatMap((outcome) => (outcome.type === 'prepared' ? [outcome.sample] : []));
  const rejections = ordered.flatMap((outcome) => (outcome.type === 'rejected' ? [outcome.row] : []));
  await writeIfChanged(files.prepared, samples);
  await writeIfChanged(files.rejected, rejections);
}
