import ffmpeg from 'fluent-ffmpeg';

import { quiet } from './ffmpeg-arguments.js';
import type { FfmpegTools } from './find-ffmpeg.js';
import { fileAddress } from './media-file.js';
import type { ToolExit } from './tool-process.js';

// fluent-ffmpeg is no longer maintained: this is the only file that knows it. It runs the jobs that go from files to a
// file. Whatever streams goes through tool-process.ts: fluent-ffmpeg offers no way to wait for its child after a stream
// was given up early, and no pressure back from a slow reader's loop.

/** A run of ffmpeg from files to a file. */
export interface FileJob {
  readonly tools: FfmpegTools;
  readonly input: string;
  /** Options that stand before the input. */
  readonly inputOptions: readonly string[];
  readonly outputOptions: readonly string[];
  readonly output: string;
  readonly signal?: AbortSignal;
}

/** Jobs that still run: none may outlive this process. */
const running = new Set<ffmpeg.FfmpegCommand>();
process.on('exit', () => running.forEach((command) => command.kill('SIGKILL')));

/** Runs a job to its end; an aborted signal kills it. Options are handed over one by one, never split or read by a shell. */
export async function runFileJob(job: FileJob): Promise<ToolExit & { stdout: string }> {
  const { signal } = job;
  signal?.throwIfAborted();
  const command = ffmpeg({ stdoutLines: 500 })
    .setFfmpegPath(job.tools.ffmpeg)
    .input(fileAddress(job.input))
    .inputOptions(...quiet, '-y', ...job.inputOptions)
    .outputOptions(...job.outputOptions)
    .output(fileAddress(job.output));
  const kill = () => void command.kill('SIGKILL');
  const result = await new Promise<ToolExit & { stdout: string }>((resolve) => {
    const settle = (
      code: number | null,
      by: NodeJS.Signals | null,
      stdout = '',
      stderr = '',
      failed?: Error,
    ) => {
      running.delete(command);
      signal?.removeEventListener('abort', kill);
      const startError = code === null && by === null ? failed : undefined;
      resolve({ code, signal: by, stdout, stderr: stderr.trim().slice(-4096), startError });
    };
    command.on('start', () => {
      // Before it starts it cannot be killed.
      if (signal?.aborted) kill();
      else signal?.addEventListener('abort', kill);
    });
    command.on('end', (stdout: string | null, stderr: string | null) =>
      settle(0, null, stdout ?? '', stderr ?? ''),
    );
    command.on('error', (error: Error, stdout?: string | null, stderr?: string | null) => {
      const code = /exited with code (\d+)/.exec(error.message)?.[1];
      const by = /killed with signal (SIG[A-Z0-9]+)/.exec(error.message)?.[1] as NodeJS.Signals | undefined;
      settle(code === undefined ? null : Number(code), by ?? null, stdout ?? '', stderr ?? '', error);
    });
    running.add(command);
    command.run();
  });
  signal?.throwIfAborted();
  return result;
}
