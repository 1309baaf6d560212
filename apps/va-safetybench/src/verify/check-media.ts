import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { ensureInside, SeaError, sha256File } from '@sea-align/core';
import { decodeAudio, frameHashes, probe, sampleHash, type FfmpegTools } from '@sea-align/media';
import { hashOfFrames } from '../build/decoded-hash.js';
import type { FileRecord, MediumRecord } from '../build/records.js';
import { mediumOf } from '../build/tasks.js';
import { buildAgain, deleteAndBuild, type CheckName, type Fault } from './fault.js';
import { audioFactsOf, audioFaults, soundFaults, videoFaults } from './media-properties.js';

export type Medium = Omit<MediumRecord, 'versions'>;

export interface MediaCheck {
  readonly root: string;
  readonly tools: FfmpegTools;
  readonly signal: AbortSignal;
  /** Hashes of the frames of a case's DM, which its DM_TYPO begins with; undefined if there is no DM. */
  framesOfDm(medium: Medium): Promise<readonly string[] | undefined>;
}

export interface MediaFindings {
  readonly faults: readonly Fault[];
  /** Things to know that are no faults. */
  readonly notes: readonly string[];
}

/** Checks one file of the manifest: there, whole, of the right properties, and decoding to what was built. */
export async function checkMedium(
  medium: Medium,
  file: FileRecord,
  check: MediaCheck,
): Promise<MediaFindings> {
  const { path } = file;
  const absolute = ensureInside(check.root, path);
  const fault = (name: CheckName, text: string, fix: string): MediaFindings => ({
    faults: [{ path, check: name, fault: text, fix }],
    notes: [],
  });
  const size = await stat(absolute).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );
  if (size === undefined) return fault('files', 'it is missing', buildAgain);
  if (size === 0) return fault('files', 'it is empty', buildAgain);
  try {
    const { properties, decoded } =
      mediumOf(medium.task) === 'Video'
        ? await inspectVideo(medium, absolute, check)
        : await inspectAudio(medium, absolute, check);
    const faults: Fault[] = properties.map((text) => ({
      path,
      check: 'properties',
      fault: text,
      fix: deleteAndBuild,
    }));
    if (decoded === file.decoded) return { faults, notes: [] };
    // The same bytes that decode to something else: that is this machine's decoder, not the file.
    if ((await sha256File(absolute)) === file.sha256) {
      return { faults, notes: [`${path}: the file is unchanged, but this ffmpeg decodes it differently`] };
    }
    const changed = 'it does not hold what was built: its decoded content has another hash';
    return { faults: [...faults, { path, check: 'hashes', fault: changed, fix: deleteAndBuild }], notes: [] };
  } catch (error) {
    check.signal.throwIfAborted();
    if (!SeaError.isInstance(error)) throw error;
    return fault('properties', error.message, deleteAndBuild);
  }
}

interface Inspected {
  readonly properties: readonly string[];
  readonly decoded: string;
}

async function inspectVideo(medium: Medium, path: string, check: MediaCheck): Promise<Inspected> {
  const { tools, signal } = check;
  const info = await probe(path, { tools, signal });
  const frames = await frameHashes(path, { tools, signal });
  const properties = videoFaults(medium.task, info, frames.length);
  const dm = medium.task === 'DM_TYPO' ? await check.framesOfDm(medium) : undefined;
  const differing = dm?.findIndex((hash, at) => hash !== frames[at]) ?? -1;
  if (differing !== -1) properties.push(`its frame ${differing} is not that of the DM video`);
  return { properties, decoded: hashOfFrames(frames) };
}

async function inspectAudio(medium: Medium, path: string, { tools, signal }: MediaCheck): Promise<Inspected> {
  const info = await probe(path, { tools, signal });
  const facts = audioFactsOf(medium);
  const properties = audioFaults(extname(path).slice(1), info, facts);
  const { sampleRate } = facts;
  const samples = await decodeAudio(path, { sampleRate, maxSeconds: 3600, tools, signal });
  properties.push(...soundFaults(medium.task, samples, facts));
  return { properties, decoded: await sampleHash(path, { tools, signal }) };
}
