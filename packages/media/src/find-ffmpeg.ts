import { access, chmod, constants, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join, resolve } from 'node:path';

import { MediaError } from '@sea-align/core';

import { runTool } from './tool-process.js';

/** Where a tool was found: an environment variable, a folder of PATH, or a package installed by npm. */
export type ToolSource = 'env' | 'path' | 'npm';

/** ffmpeg and ffprobe that were run and found good. */
export interface FfmpegTools {
  /** Absolute paths. */
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** What `ffmpeg -version` calls itself: "7.1.1-1+b1", "N-47683-g0e8eb07980-static". */
  readonly version: string;
  readonly source: ToolSource;
  readonly ffprobeVersion: string;
  readonly ffprobeSource: ToolSource;
  /** Major and minor version of libavcodec: what options this ffmpeg knows. */
  readonly libavcodec: readonly [major: number, minor: number];
  /** Installations that were passed over, each with its reason. */
  readonly rejected: readonly string[];
}

/** What to look for, and where. */
export interface FindFfmpegOptions {
  /** Encoders that must be built in, by ffmpeg's names. Default: none (enough to read media). */
  readonly encoders?: readonly EncoderName[];
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Encoders that writing media needs: H.264 video, MP3 sound. */
export type EncoderName = 'libx264' | 'libmp3lame';

/** ffmpeg 4.0 of 2018 brought libavcodec 58; older ones lack options used here. */
const oldestLibavcodec = 58;

const hint = [
  'Get ffmpeg in one of three ways:',
  '  1. install it (Debian: apt-get install ffmpeg; macOS: brew install ffmpeg), so that it is in PATH;',
  '  2. let npm bring it: npm install @ffmpeg-installer/ffmpeg @ffprobe-installer/ffprobe;',
  '  3. set SEA_FFMPEG and SEA_FFPROBE to the paths of the two programs.',
].join('\n');

const found = new Map<string, Promise<FfmpegTools>>();

/**
 * Finds ffmpeg and ffprobe: the environment variables SEA_FFMPEG and SEA_FFPROBE, then PATH, then the packages
 * @ffmpeg-installer/ffmpeg and @ffprobe-installer/ffprobe. A tool that is too old or lacks an encoder is passed over
 * for the next, except one named by a variable: that is an error. Remembered per environment and set of encoders.
 *
 * @throws MediaError (`SEA_FFMPEG_MISSING`): none is usable; says what was wrong with each and the three ways to get it.
 */
export function findFfmpeg(options: FindFfmpegOptions = {}): Promise<FfmpegTools> {
  const { env = process.env } = options;
  const encoders = [...new Set(options.encoders ?? [])].sort();
  const key = JSON.stringify([env.SEA_FFMPEG, env.SEA_FFPROBE, env.PATH, encoders]);
  let tools = found.get(key);
  if (tools === undefined) {
    tools = find(env, encoders);
    found.set(key, tools);
    // A failure may be mended while this process runs.
    tools.catch(() => found.delete(key));
  }
  return tools;
}

interface Candidate {
  readonly source: ToolSource;
  readonly path: string;
}

interface Usable extends Candidate {
  readonly version: string;
  readonly libavcodec: readonly [number, number];
}

async function find(env: Env, encoders: readonly EncoderName[]): Promise<FfmpegTools> {
  const rejected: string[] = [];
  const ffmpeg = await firstUsable('ffmpeg', env, rejected, encoders);
  const ffprobe = await firstUsable('ffprobe', env, rejected, []);
  return {
    ffmpeg: ffmpeg.path,
    ffprobe: ffprobe.path,
    version: ffmpeg.version,
    source: ffmpeg.source,
    ffprobeVersion: ffprobe.version,
    ffprobeSource: ffprobe.source,
    libavcodec: ffmpeg.libavcodec,
    rejected,
  };
}

type Env = Readonly<Record<string, string | undefined>>;
type ToolName = 'ffmpeg' | 'ffprobe';

async function firstUsable(
  name: ToolName,
  env: Env,
  rejected: string[],
  encoders: readonly EncoderName[],
): Promise<Usable> {
  const faults: string[] = [];
  for (const candidate of await candidates(name, env, faults)) {
    const checked = await check(name, candidate, encoders);
    if (typeof checked !== 'string') {
      rejected.push(...faults);
      return checked;
    }
    faults.push(`${candidate.path} (${candidate.source}): ${checked}`);
    if (candidate.source === 'env') break;
  }
  const list = faults.length === 0 ? ' is not installed.' : ` cannot be used.\n  ${faults.join('\n  ')}`;
  throw new MediaError(`${name}${list}`, { code: 'SEA_FFMPEG_MISSING', hint, details: { tool: name } });
}

async function candidates(name: ToolName, env: Env, faults: string[]): Promise<Candidate[]> {
  const variable = name === 'ffmpeg' ? 'SEA_FFMPEG' : 'SEA_FFPROBE';
  const named = env[variable];
  if (named !== undefined && named !== '') return [{ source: 'env', path: resolve(named) }];
  const list: Candidate[] = [];
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of (env.PATH ?? '').split(delimiter).filter((part) => part !== '')) {
    const path = resolve(folder, file);
    if (await isFile(path)) {
      list.push({ source: 'path', path });
      break;
    }
  }
  const fromNpm = npmPath(name);
  if (fromNpm === undefined) faults.push(`@${name}-installer/${name} (npm): not installed for this platform`);
  else list.push({ source: 'npm', path: fromNpm });
  return list;
}

/** The binary of the npm package, undefined if the package or its part for this platform is missing. */
function npmPath(name: ToolName): string | undefined {
  try {
    const installer: unknown = createRequire(import.meta.url)(join(`@${name}-installer`, name));
    if (typeof installer !== 'object' || installer === null || !('path' in installer)) return undefined;
    return typeof installer.path === 'string' ? installer.path : undefined;
  } catch {
    // The installers throw where they have no binary for the platform.
    return undefined;
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** The tool, or what is wrong with it. */
async function check(
  name: ToolName,
  candidate: Candidate,
  encoders: readonly EncoderName[],
): Promise<Usable | string> {
  const { path } = candidate;
  if (!(await isFile(path))) return 'there is no such file';
  if (!(await executable(path, candidate.source))) return `it may not be executed (chmod +x ${path})`;
  const about = await runTool(path, ['-version']);
  const version = new RegExp(`^${name} version (\\S+)`).exec(about.stdout)?.[1];
  if (about.code !== 0 || version === undefined) {
    const why = about.startError?.message ?? about.stderr.slice(-200);
    return `it does not answer as ${name}${why === '' ? '' : `: ${why}`}`;
  }
  const numbers = /libavcodec\s+(\d+)\.\s*(\d+)/.exec(about.stdout);
  const libavcodec = [Number(numbers?.[1] ?? 0), Number(numbers?.[2] ?? 0)] as const;
  if (libavcodec[0] < oldestLibavcodec) {
    return `version ${version} is too old (libavcodec ${libavcodec.join('.')}; ffmpeg 4.0 or newer is needed)`;
  }
  if (encoders.length > 0) {
    const { stdout } = await runTool(path, ['-hide_banner', '-encoders']);
    const known = new Set(stdout.split('\n').map((line) => line.trim().split(/\s+/)[1]));
    const missing = encoders.filter((encoder) => !known.has(encoder));
    if (missing.length > 0) return `version ${version} was built without ${missing.join(' and ')}`;
  }
  return { ...candidate, version, libavcodec };
}

/** npm unpacks @ffprobe-installer's binary without the run bit: set it there. */
async function executable(path: string, source: ToolSource): Promise<boolean> {
  const may = () =>
    access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
  if (await may()) return true;
  if (source !== 'npm') return false;
  await chmod(path, 0o755).catch(() => undefined);
  return may();
}
