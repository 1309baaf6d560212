import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { emitModel } from '../../onnx/emit-model.js';
import { softwareRenderer } from './software-renderer.js';
import { reasonOf, type Trial } from './trial.js';
import { isRight, TRIAL_RUNS, TRIAL_SIZE, trialProduct } from './trial-product.js';

const TIMEOUT_MS = 60_000;

/** Runs in the child: plain CommonJS, as no loader for TypeScript is there. Reads a job, prints one line of JSON. */
const SCRIPT = `
let text = '';
process.stdin.on('data', (part) => (text += part));
process.stdin.on('end', async () => {
  const job = JSON.parse(text);
  try {
    const ort = require(job.library);
    ort.env.logLevel = 'fatal';
    const session = await ort.InferenceSession.create(Buffer.from(job.model, 'base64'), {
      executionProviders: [job.provider],
      logSeverityLevel: 4,
    });
    const feeds = {};
    for (const [name, base64] of Object.entries(job.feeds)) {
      const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
      feeds[name] = new ort.Tensor('float32', new Float32Array(bytes.buffer), [job.size, job.size]);
    }
    let milliseconds = Infinity;
    let answer;
    for (let run = 0; run <= job.runs; run++) {
      const start = performance.now();
      answer = (await session.run(feeds))[job.output].data;
      if (run > 0) milliseconds = Math.min(milliseconds, performance.now() - start);
    }
    const base64 = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).toString('base64');
    const libraries = process.report.getReport().sharedObjects;
    process.stdout.write(JSON.stringify({ milliseconds, answer: base64, libraries }));
  } catch (error) {
    process.stdout.write(JSON.stringify({ error: String(error && error.message) }));
  }
});
`;

interface ChildAnswer {
  readonly milliseconds?: number;
  readonly answer?: string;
  readonly libraries?: readonly string[];
  readonly error?: string;
}

/** Says what is wrong, for the messages of ONNX Runtime that bury it. */
function plainReason(message: string): string {
  if (/No supported adapters|libvulkan/i.test(message))
    return 'there is no graphics adapter (WebGPU needs a Vulkan, Metal or D3D12 driver)';
  if (/Failed to load shared library/.test(message))
    return "its provider library does not load (onnxruntime-node's CUDA libraries are not installed, or CUDA and cuDNN are not)";
  if (/backend not found/.test(message)) return 'this build of onnxruntime-node does not have it';
  return reasonOf(new Error(message));
}

function runChild(job: object): Promise<{ output: string; ended: string }> {
  return new Promise((resolve) => {
    // Drivers write to stderr as they please; what matters comes back as an error.
    const child = spawn(process.execPath, ['-e', SCRIPT], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: TIMEOUT_MS,
      // A driver that hangs in native code does not answer a polite signal.
      killSignal: 'SIGKILL',
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (output += part));
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => resolve({ output: '', ended: error.message }));
    child.on('close', (code, signal) => resolve({ output, ended: signal ?? `exit code ${code}` }));
    child.stdin.end(JSON.stringify(job));
  });
}

/**
 * Computes the trial product on an execution provider of onnxruntime-node in a process of its own, as a broken driver may
 * take its process down. Never throws.
 */
export async function tryProvider(provider: string): Promise<Trial> {
  try {
    const { graph, feeds, expected } = trialProduct();
    const model = emitModel(graph, () => undefined);
    const base64 = (array: Float32Array | Uint8Array) =>
      Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
    const { output, ended } = await runChild({
      library: createRequire(import.meta.url).resolve('onnxruntime-node'),
      provider,
      model: base64(model.bytes),
      feeds: Object.fromEntries(
        [...model.inputs].map(([name, value]) => [value, base64(feeds[name as 'a' | 'b'])]),
      ),
      output: model.outputs.get('product'),
      size: TRIAL_SIZE,
      runs: TRIAL_RUNS,
    });
    if (output === '')
      return { computes: false, reason: `the trial process ended without an answer (${ended})` };
    const { error, answer, milliseconds, libraries } = JSON.parse(output) as ChildAnswer;
    if (error !== undefined || answer === undefined || milliseconds === undefined) {
      return { computes: false, reason: plainReason(error ?? 'no answer') };
    }
    const bytes = Uint8Array.from(Buffer.from(answer, 'base64'));
    if (!isRight(new Float32Array(bytes.buffer), expected)) {
      return { computes: false, reason: 'it computed a wrong product' };
    }
    const software = provider === 'cpu' ? undefined : softwareRenderer({ libraries });
    return { computes: true, milliseconds, ...(software !== undefined && { software }) };
  } catch (error) {
    return { computes: false, reason: reasonOf(error) };
  }
}
