import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EngineError } from '@sea-align/core';
import { z } from 'zod';

const script = fileURLToPath(new URL('../tools/reference/typo_baseline.py', import.meta.url));

const factsSchema = z.object({ opencv: z.string(), pillow: z.string(), writer: z.string() });
const resultSchema = factsSchema.extend({ seconds: z.number(), frames: z.int() });

/** A Python that has what the baseline needs. */
export interface PythonBaseline {
  python: string;
  opencv: string;
  pillow: string;
  /** What codes the H.264. */
  writer: string;
}

/** What the baseline is to make. */
export interface BaselineJob {
  phrases: readonly string[];
  out: string;
  fontSize: number;
  framesPerWord: number;
  workers: number;
  /** For an OpenCV without H.264. */
  ffmpeg: string;
}

/** The Python of SEA_PYTHON, else `python3`; or why there is none, in words. */
export async function findBaseline(): Promise<PythonBaseline | string> {
  const python = process.env.SEA_PYTHON ?? 'python3';
  try {
    const { stdout } = await promisify(execFile)(python, [script, '--probe'], { timeout: 60_000 });
    return { python, ...factsSchema.parse(JSON.parse(stdout)) };
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    const reason = stderr.split('\n').at(-1) || (error instanceof Error ? error.message : String(error));
    return `${python}: ${reason}`;
  }
}

/** Seconds of the work alone, without the start of Python, and the frames made. */
export async function runBaseline(
  { python }: PythonBaseline,
  job: BaselineJob,
): Promise<{ seconds: number; frames: number }> {
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stdin.end(JSON.stringify(job));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new EngineError(`${script} ended with code ${code}; its output above says why.`);
  return resultSchema.parse(JSON.parse(output.trim().split('\n').at(-1) ?? ''));
}
