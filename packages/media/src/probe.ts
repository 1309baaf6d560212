import { createInterface } from 'node:readline';

import { MediaError } from '@sea-align/core';
import { z } from 'zod';

import { findFfmpeg, type FfmpegTools } from './find-ffmpeg.js';
import { checkMediaFile, fileAddress, inputGuards } from './media-file.js';
import { runTool, startTool, toolFailure, type ToolExit } from './tool-process.js';

/** Options of everything that runs ffmpeg or ffprobe. */
export interface ToolOptions {
  /** Default: `findFfmpeg` with the encoders that the task needs. */
  readonly tools?: FfmpegTools;
  /** Ends the work: the tool is killed and the signal's reason thrown. */
  readonly signal?: AbortSignal;
}

/** The first video stream of a file, cover pictures not counted. */
export interface VideoInfo {
  readonly codec: string;
  /** Pixels as displayed and as `decodeVideo` yields them: after the rotation that the file asks for. */
  readonly width: number;
  readonly height: number;
  /** Average frames per second (frames / duration, as the container says). */
  readonly averageRate: number;
  /** Frames, if the container says how many. `countFrames` counts. */
  readonly frames?: number;
  readonly pixelFormat: string;
  /** Width / height of one pixel as "1:1", if the file says. */
  readonly sampleAspectRatio?: string;
}

/** The first audio stream of a file. `sampleRate` in Hz. */
export interface AudioInfo {
  readonly codec: string;
  readonly sampleRate: number;
  readonly channels: number;
}

/** What is in a media file. At least one of `video` and `audio` is there. */
export interface MediaInfo {
  readonly durationSeconds: number;
  /** ffmpeg's name: "mov,mp4,m4a,3gp,3g2,mj2", "mp3", "wav". */
  readonly formatName: string;
  readonly video?: VideoInfo;
  readonly audio?: AudioInfo;
}

const numeric = z.union([z.string(), z.number()]).transform(Number);
const streamSchema = z.object({
  codec_type: z.string().optional(),
  codec_name: z.string().default('unknown'),
  width: z.number().optional(),
  height: z.number().optional(),
  avg_frame_rate: z.string().optional(),
  r_frame_rate: z.string().optional(),
  nb_frames: numeric.optional(),
  nb_read_frames: numeric.optional(),
  nb_read_packets: numeric.optional(),
  pix_fmt: z.string().default('unknown'),
  sample_aspect_ratio: z.string().optional(),
  sample_rate: numeric.optional(),
  channels: z.number().optional(),
  duration: numeric.optional(),
  disposition: z.object({ attached_pic: z.number().default(0) }).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  side_data_list: z.array(z.looseObject({ rotation: numeric.optional() })).optional(),
});
const outputSchema = z.object({
  streams: z.array(streamSchema).default([]),
  format: z.object({ format_name: z.string().default('unknown'), duration: numeric.optional() }).optional(),
});
type Stream = z.infer<typeof streamSchema>;

/**
 * What a media file holds, by ffprobe.
 *
 * @throws MediaError: missing or empty file, not media (images and playlists are not), broken header, no stream.
 */
export async function probe(path: string, options: ToolOptions = {}): Promise<MediaInfo> {
  const output = await ffprobe(path, ['-show_format', '-show_streams'], options);
  const video = output.streams.find(
    (stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1,
  );
  const audio = output.streams.find((stream) => stream.codec_type === 'audio');
  if (video === undefined && audio === undefined) {
    throw new MediaError(`Cannot use ${JSON.stringify(path)}: it has neither a video nor an audio stream.`);
  }
  const info = {
    formatName: output.format?.format_name ?? 'unknown',
    ...(video === undefined ? {} : { video: videoInfo(video, path) }),
    ...(audio === undefined ? {} : { audio: audioInfo(audio, path) }),
  };
  const stated = [output.format?.duration, video?.duration, audio?.duration].find(
    (seconds) => seconds !== undefined && Number.isFinite(seconds),
  );
  return { durationSeconds: stated ?? (await measuredDuration(path, info.video, options)), ...info };
}

/** The number of frames of the first video stream, by decoding them all. @throws MediaError as `probe`. */
export async function countFrames(path: string, options: ToolOptions = {}): Promise<number> {
  const entries = ['-show_entries', 'stream=nb_read_frames', '-select_streams', 'V:0', '-count_frames'];
  const frames = (await ffprobe(path, entries, options)).streams[0]?.nb_read_frames;
  if (frames === undefined || Number.isNaN(frames)) throw noStream(path, 'video');
  return frames;
}

/** The number of packets of the first video stream, without decoding: its frames, in files of one picture a packet. */
export async function countPackets(path: string, options: ToolOptions = {}): Promise<number> {
  const entries = ['-show_entries', 'stream=nb_read_packets', '-select_streams', 'V:0', '-count_packets'];
  const packets = (await ffprobe(path, entries, options)).streams[0]?.nb_read_packets;
  if (packets === undefined || Number.isNaN(packets)) throw noStream(path, 'video');
  return packets;
}

/** The error for a file that has no stream of the wanted kind. */
export function noStream(path: string, kind: 'video' | 'audio'): MediaError {
  return new MediaError(`${JSON.stringify(path)} has no ${kind} stream.`, { code: 'SEA_MEDIA_NO_STREAM' });
}

/** The error for an input that could not be read. */
export function unreadable(path: string, exit: ToolExit): Error {
  if (/Format not on whitelist/.test(exit.stderr)) {
    return new MediaError(
      `Cannot read ${JSON.stringify(path)}: it is neither a video nor a sound file. Pictures, playlists and scripts are not taken as such.`,
      { code: 'SEA_MEDIA_CORRUPT', details: { stderr: exit.stderr } },
    );
  }
  const failure = toolFailure(`Cannot read ${JSON.stringify(path)}`, exit);
  // Everything else that ends a reading tool is the file's fault.
  const system = /No such file|Permission denied|Input\/output error|Cannot allocate memory/;
  if (exit.code === null || system.test(exit.stderr)) return failure;
  return new MediaError(failure.message, {
    code: 'SEA_MEDIA_CORRUPT',
    hint: 'The file is damaged, cut short, or not a video or audio file that ffmpeg knows.',
    details: { stderr: exit.stderr },
  });
}

async function ffprobe(path: string, args: readonly string[], options: ToolOptions) {
  await checkMediaFile(path);
  const { ffprobe: tool } = options.tools ?? (await findFfmpeg());
  const run = await runTool(
    tool,
    ['-v', 'error', '-of', 'json', ...args, ...inputGuards, fileAddress(path)],
    options,
  );
  if (run.code !== 0) throw unreadable(path, run);
  const parsed = outputSchema.safeParse(parseJson(run.stdout));
  if (parsed.success) return parsed.data;
  throw new MediaError(`ffprobe gave an answer about ${JSON.stringify(path)} that cannot be read.`, {
    details: { issues: z.prettifyError(parsed.error) },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function videoInfo(stream: Stream, path: string): VideoInfo {
  const { width, height } = stream;
  if (width === undefined || height === undefined || width < 1 || height < 1) {
    throw new MediaError(`Cannot use ${JSON.stringify(path)}: its video stream has no size.`, {
      code: 'SEA_MEDIA_CORRUPT',
    });
  }
  const degrees =
    stream.side_data_list?.find(({ rotation }) => rotation !== undefined)?.rotation ??
    Number(stream.tags?.rotate);
  const turned = Math.abs(Math.round(degrees / 90)) % 2 === 1;
  const rate = ratio(stream.avg_frame_rate);
  return {
    codec: stream.codec_name,
    width: turned ? height : width,
    height: turned ? width : height,
    averageRate: rate > 0 ? rate : ratio(stream.r_frame_rate),
    ...(stream.nb_frames === undefined || !(stream.nb_frames > 0) ? {} : { frames: stream.nb_frames }),
    pixelFormat: stream.pix_fmt,
    ...(stream.sample_aspect_ratio === undefined ? {} : { sampleAspectRatio: stream.sample_aspect_ratio }),
  };
}

function audioInfo(stream: Stream, path: string): AudioInfo {
  const { sample_rate: sampleRate, channels } = stream;
  if (sampleRate === undefined || channels === undefined || !(sampleRate > 0) || channels < 1) {
    throw new MediaError(`Cannot use ${JSON.stringify(path)}: its audio stream has no sample rate.`, {
      code: 'SEA_MEDIA_CORRUPT',
    });
  }
  return { codec: stream.codec_name, sampleRate, channels };
}

/** "24000/1001" -> 23.976; 0 if unknown. */
function ratio(text = ''): number {
  const [numerator, denominator = 1] = text.split('/').map(Number);
  const value = numerator / denominator;
  return Number.isFinite(value) ? value : 0;
}

/** The end of the last packet: for streams whose container does not say how long they are. */
async function measuredDuration(
  path: string,
  video: VideoInfo | undefined,
  options: ToolOptions,
): Promise<number> {
  const { ffprobe: tool } = options.tools ?? (await findFfmpeg());
  const show = ['-show_entries', 'packet=pts_time,dts_time,duration_time', '-of', 'csv=p=0'];
  const child = startTool(tool, ['-v', 'error', ...show, ...inputGuards, fileAddress(path)], options.signal);
  child.stdin.end();
  let end = 0;
  let packets = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [pts, dts, duration] = line.split(',').map(Number);
    packets++;
    const start = Number.isFinite(pts) ? pts : dts;
    if (Number.isFinite(start)) end = Math.max(end, start + (Number.isFinite(duration) ? duration : 0));
  }
  const exit = await child.exited;
  options.signal?.throwIfAborted();
  if (exit.code !== 0) throw unreadable(path, exit);
  // A bare stream has no times at all.
  return end === 0 && video !== undefined && video.averageRate > 0 ? packets / video.averageRate : end;
}
