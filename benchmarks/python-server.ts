import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EngineError } from '@sea-align/core';
import { z } from 'zod';

const script = fileURLToPath(new URL('../tools/reference/bench_llava.py', import.meta.url));

const factsSchema = z.object({ torch: z.string(), transformers: z.string(), peft: z.string() });
const replySchema = z.object({
  losses: z.array(z.number()).default([]),
  tokens: z.number().default(0),
});

/** What a baseline is asked to do. */
export interface PythonRequest {
  run: 'sequences' | 'batched' | 'sft' | 'dpo' | 'sgemm';
  steps: number;
  /** Embeddings at once, or rows a micro-batch; the side of a matrix for `sgemm`. */
  batch?: number;
  size?: number;
}

export type PythonReply = z.output<typeof replySchema>;

/** A Python with PyTorch, transformers and PEFT: that of SEA_PYTHON, else `python3`; or why there is none, in words. */
export async function findPyTorch(): Promise<(z.output<typeof factsSchema> & { python: string }) | string> {
  const python = process.env.SEA_PYTHON ?? 'python3';
  try {
    const { stdout } = await promisify(execFile)(python, [script, '--probe'], { timeout: 120_000 });
    return { python, ...factsSchema.parse(JSON.parse(stdout)) };
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    const reason = stderr.split('\n').at(-1) || (error instanceof Error ? error.message : String(error));
    return `${python}: ${reason}`;
  }
}

/** One Python process that holds a model and runs what it is asked to, so that a comparison can take turns with it. */
export class PythonServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
  ) {}

  /** @param jobFolder job.json and embeddings.safetensors, as the script describes */
  static async start(python: string, jobFolder: string): Promise<PythonServer> {
    const child = spawn(python, [script, jobFolder], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const server = new PythonServer(child, lines);
    await server.read();
    return server;
  }

  async run(request: PythonRequest): Promise<PythonReply> {
    this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    return replySchema.parse(JSON.parse(await this.read()));
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    this.child.stdin?.end();
    await once(this.child, 'close');
  }

  private async read(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done !== true) return value;
    throw new EngineError(`${script} ended early; its output above says why.`);
  }
}
