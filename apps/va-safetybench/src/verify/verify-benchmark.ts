import { access } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ensureInside,
  ProgressMeter,
  RunFolderError,
  runFileName,
  type ProgressListener,
} from '@sea-align/core';
import { findFfmpeg, frameHashes } from '@sea-align/media';
import pLimit from 'p-limit';
import {
  controlsFolder,
  manifestName,
  readBenchmarkManifest,
  type BenchmarkManifest,
} from '../build/benchmark-manifest.js';
import { checkMedium, type Medium } from './check-media.js';
import { checkQuestions } from './check-questions.js';
import { checkSpeech } from './check-speech.js';
import { checkText } from './check-text.js';
import { checkTwins } from './check-twins.js';
import { buildAgain, type CheckSummary, type Fault } from './fault.js';

export interface VerifyOptions {
  readonly root: string;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly onProgress?: ProgressListener;
}

export interface Verification {
  readonly benchmark: string;
  readonly checks: readonly CheckSummary[];
  readonly faults: readonly Fault[];
  readonly notes: readonly string[];
  /** As the manifest says them. */
  readonly standIns: readonly string[];
  readonly leftOut: number;
  /** Of the benign twins in `controls`; their faults are among `faults` above, too, under their paths there. */
  readonly controls?: Verification;
}

/**
 * Checks a benchmark against its manifest, and its controls too where there are any. Throws RunFolderError if it has no
 * manifest, MediaError without ffmpeg.
 */
export async function verifyBenchmark(options: VerifyOptions): Promise<Verification> {
  const own = await verifyOne(options);
  const found = await verifyControls(options);
  if (found === undefined) return own;
  if (Array.isArray(found)) return { ...own, faults: [...own.faults, ...found] };
  const faults = found.faults.map((fault) => ({ ...fault, path: `${controlsFolder}/${fault.path}` }));
  return { ...own, faults: [...own.faults, ...faults], controls: found };
}

async function verifyOne(options: VerifyOptions): Promise<Verification> {
  const { root } = options;
  const manifest = await readBenchmarkManifest(root);
  const questions = await checkQuestions(root, manifest);
  const media = await checkAllMedia(manifest, options);
  const faulty = new Set(media.faults.map(({ path }) => path));
  // What is missing or broken has been said already.
  const sound = manifest.media.filter(({ files }) => files.every(({ path }) => !faulty.has(path)));
  const text = await checkText(sound, options);
  const speech = await checkSpeech(sound, options);
  const twins = await checkTwins(root, manifest);
  const others = [text, speech, ...(twins === undefined ? [] : [twins])];
  return {
    benchmark: root,
    checks: [questions.summary, ...media.summaries, ...others.map(({ summary }) => summary)],
    faults: [...questions.faults, ...media.faults, ...others.flatMap(({ faults }) => faults)],
    notes: media.notes,
    standIns: manifest.standIns,
    leftOut: manifest.leftOut.length,
  };
}

/** The verification of the controls, or why there is none; undefined if there are no controls. */
async function verifyControls(options: VerifyOptions): Promise<Verification | Fault[] | undefined> {
  const root = ensureInside(options.root, controlsFolder);
  const there = await access(join(root, runFileName)).then(
    () => true,
    () => false,
  );
  if (!there) return undefined;
  const onProgress: ProgressListener = (event) =>
    options.onProgress?.({ ...event, stage: `${controlsFolder}: ${event.stage}` });
  try {
    return await verifyOne({ ...options, root, onProgress });
  } catch (error) {
    if (!RunFolderError.isInstance(error)) throw error;
    const path = `${controlsFolder}/${manifestName}`;
    return [{ path, check: 'twins', fault: error.message, fix: error.hint ?? buildAgain }];
  }
}

async function checkAllMedia(
  manifest: BenchmarkManifest,
  { root, concurrency, signal, onProgress }: VerifyOptions,
) {
  const files = manifest.media.flatMap((medium) => medium.files.map((file) => ({ medium, file })));
  const tools = files.length === 0 ? undefined : await findFfmpeg();
  const framesOfDm = dmFrames(manifest, (path) => frameHashes(ensureInside(root, path), { tools, signal }));
  const limit = pLimit(concurrency);
  const meter = new ProgressMeter('media', files.length, onProgress);
  const findings = await Promise.all(
    files.map(({ medium, file }) =>
      limit(async () => {
        signal.throwIfAborted();
        if (tools === undefined) return { faults: [], notes: [] };
        const found = await checkMedium(medium, file, { root, tools, signal, framesOfDm });
        meter.tick();
        return found;
      }),
    ),
  );
  const faults = findings.flatMap((each) => each.faults);
  const what = {
    files: 'media files there',
    properties:
      'media files probed and decoded: size, rate, length, codec, sound or silence, DM_TYPO begins with DM',
    hashes: 'decoded frames and samples against the manifest',
  };
  const summaries = (['files', 'properties', 'hashes'] as const).map((check): CheckSummary => {
    const own = faults.filter((fault) => fault.check === check).length;
    return { check, what: what[check], checked: files.length, faults: own };
  });
  return { faults, summaries, notes: findings.flatMap((each) => each.notes) };
}

/** Looks up, once each, the frames of a case's DM; a DM that cannot be read is a fault of its own. */
function dmFrames(manifest: BenchmarkManifest, hashes: (path: string) => Promise<string[]>) {
  const keyOf = ({ scenario, name }: Medium) => JSON.stringify([scenario, name]);
  const files = new Map(
    manifest.media.flatMap((medium) =>
      medium.task === 'DM' ? [[keyOf(medium), medium.files[0].path] as const] : [],
    ),
  );
  return async (medium: Medium): Promise<readonly string[] | undefined> => {
    const path = files.get(keyOf(medium));
    return path === undefined ? undefined : hashes(path).catch(() => undefined);
  };
}
