import { input, quiet } from './ffmpeg-arguments.js';
import { findFfmpeg } from './find-ffmpeg.js';
import { noStream, probe, unreadable, type ToolOptions } from './probe.js';
import { runTool } from './tool-process.js';

/**
 * SHA-256 of a file's decoded sound: of all samples of all channels as little-endian 16-bit integers, at the file's own
 * rate. MP3 goes through ffmpeg's integer decoder, whose results do not depend on the machine.
 *
 * @throws MediaError: not readable as `probe`, no audio stream.
 */
export async function sampleHash(path: string, options: ToolOptions = {}): Promise<string> {
  const tools = options.tools ?? (await findFfmpeg());
  const { audio } = await probe(path, { ...options, tools });
  if (audio === undefined) throw noStream(path, 'audio');
  const run = await runTool(
    tools.ffmpeg,
    [
      ...[...quiet, '-xerror', ...input(path, audio.codec === 'mp3' ? ['-c:a', 'mp3'] : [])],
      ...['-map', '0:a:0', '-c:a', 'pcm_s16le', '-f', 'hash', '-hash', 'sha256', 'pipe:1'],
    ],
    { signal: options.signal },
  );
  const hash = /=([0-9a-f]{64})/.exec(run.stdout)?.[1];
  if (run.code !== 0 || hash === undefined) throw unreadable(path, run);
  return hash;
}
