import type { FfmpegTools } from './find-ffmpeg.js';
import { fileAddress, inputGuards } from './media-file.js';

/** What every run of ffmpeg begins with: no questions, errors only. */
export const quiet = ['-nostdin', '-hide_banner', '-loglevel', 'error'] as const;

/** `-i path` with the guards before it; `before` are options of this input, like `-t`. */
export function input(path: string, before: readonly string[] = []): string[] {
  return [...inputGuards, ...before, '-i', fileAddress(path)];
}

/** Every frame as it comes, none repeated or dropped: `-vsync` until ffmpeg 5.0, `-fps_mode` since. */
export function frameByFrame(tools: FfmpegTools): string[] {
  const [major, minor] = tools.libavcodec;
  return major > 59 || (major === 59 && minor >= 37)
    ? ['-fps_mode', 'passthrough']
    : ['-vsync', 'passthrough'];
}
