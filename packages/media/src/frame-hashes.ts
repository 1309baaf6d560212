import { frameByFrame, input, quiet } from './ffmpeg-arguments.js';
import { findFfmpeg } from './find-ffmpeg.js';
import { noStream, probe, unreadable, type ToolOptions } from './probe.js';
import { runTool } from './tool-process.js';

/**
 * SHA-256 of each decoded frame of a file's first video stream, in the order of presentation: of its three planes as
 * yuv420p, which H.264 decodes to on every machine alike. No frame passes through this process.
 *
 * @throws MediaError: not readable as `probe`, no video stream, or damaged on the way.
 */
export async function frameHashes(path: string, options: ToolOptions = {}): Promise<string[]> {
  const tools = options.tools ?? (await findFfmpeg());
  const { video } = await probe(path, { ...options, tools });
  if (video === undefined) throw noStream(path, 'video');
  const run = await runTool(
    tools.ffmpeg,
    [
      ...[...quiet, '-xerror', '-threads', '1'],
      ...input(path),
      ...['-map', '0:V:0', ...frameByFrame(tools), '-pix_fmt', 'yuv420p'],
      ...['-f', 'framehash', '-hash', 'sha256', 'pipe:1'],
    ],
    { signal: options.signal, maxOutput: 256 * 2 ** 20 },
  );
  if (run.code !== 0) throw unreadable(path, run);
  return [...run.stdout.matchAll(/^[^#\n].*\b([0-9a-f]{64})$/gm)].map(([, hash]) => hash);
}
