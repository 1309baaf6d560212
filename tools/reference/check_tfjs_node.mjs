// Checks the tensorflow engine on native TensorFlow: its test suite, golden cases, and one optimisation timed beside others.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { step } from './tfjs-node/build-tools.mjs';
import { goldenSummary } from './tfjs-node/golden-summary.mjs';
import { runMain, SetupFault } from './tfjs-node/setup-fault.mjs';

const usage = `usage: node tools/reference/check_tfjs_node.mjs --folder DIR [options]

Runs, with the @tensorflow/tfjs-node in DIR/node_modules: the tests of the tensorflow engine, the golden cases of packages/mllm,
and the optimisation of a few embeddings of tiny-llava, timed beside onnxruntime-node and plain tfjs in turns.

  --folder DIR       what build_tfjs_node.mjs made, or any folder with the package installed
  --embeddings N     how many embeddings are optimised (default 1)
  --rounds N         rounds of the timing; medians are printed (default 1)
  --backends A,B     what is timed (default tfjs-node,onnxruntime-node,tfjs; tfjs takes minutes)
  --help`;

const workspace = fileURLToPath(new URL('../../', import.meta.url));
const source = ['--conditions=@sea-align/source', '--import', 'tsx'];

/** Runs a program of the workspace and returns the JSON it prints. */
function json(what, entry, args, env, accepted = [0]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...source, path.join(workspace, entry), ...args],
    {
      cwd: workspace,
      env,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    },
  );
  if (!accepted.includes(status))
    throw new SetupFault(`${what} failed (exit code ${status}):\n${stdout}${stderr}`);
  return JSON.parse(stdout);
}

function wholeNumber(name, text) {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new SetupFault(`--${name} ${text} is not a whole number from 1 on.`);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function optimise(prepared, out, backend, env) {
  const args = ['optimize', '--prepared', prepared, '--out', out, '--force', '--json'];
  const summary = json(
    `optimising on ${backend}`,
    'apps/sea/src/bin.ts',
    [...args, '--backend', backend, '--threads', '2'],
    env,
  );
  const { engine, machine } = JSON.parse(readFileSync(path.join(out, 'manifest.json'), 'utf8'));
  return { engine, machine, summary };
}

function timeBackends(scratch, backends, embeddings, rounds, env) {
  const prepared = path.join(scratch, 'prepared');
  json(
    'preparing',
    'apps/sea/src/bin.ts',
    ['prepare', '--input', 'toy', '--limit', String(embeddings), '--out', prepared, '--json'],
    env,
  );
  const runs = new Map(backends.map((backend) => [backend, []]));
  for (let round = 0; round < rounds; round++) {
    for (const backend of backends) {
      const run = optimise(prepared, path.join(scratch, backend), backend, env);
      runs.get(backend).push(run);
      if (round === 0)
        console.log(`${backend}: ${run.engine}; ${run.machine.cpu}, ${run.machine.cores} cores`);
    }
  }
  for (const [backend, all] of runs) {
    const { verified, total, meanSteps } = all[0].summary;
    const seconds = median(all.map(({ summary }) => summary.session.secondsPerEmbedding));
    console.log(
      `${backend}: ${seconds.toFixed(2)} s an embedding, ${meanSteps} steps, ${verified} of ${total} verified`,
    );
  }
  const [{ engine, summary }] = runs.get('tfjs-node') ?? [{}];
  if (engine === undefined) return;
  if (!/native TensorFlow \d/.test(engine))
    throw new SetupFault(`That was no native TensorFlow, but ${engine}.`);
  if (summary.verified !== summary.total)
    throw new SetupFault('Not all embeddings were verified on native TensorFlow.');
}

function main() {
  const { values } = parseArgs({
    options: {
      folder: { type: 'string' },
      embeddings: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '1' },
      backends: { type: 'string', default: 'tfjs-node,onnxruntime-node,tfjs' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(usage);
  if (!values.folder) throw new SetupFault(`Give --folder DIR.\n${usage}`);
  const embeddings = wholeNumber('embeddings', values.embeddings);
  const rounds = wholeNumber('rounds', values.rounds);
  const folder = path.resolve(values.folder);
  if (!existsSync(path.join(folder, 'node_modules/@tensorflow/tfjs-node')))
    throw new SetupFault(
      `${folder}/node_modules has no @tensorflow/tfjs-node. build_tfjs_node.mjs makes one.`,
    );
  const env = { ...process.env, SEA_TFJS_FOLDER: folder };

  const vitest = path.join(workspace, 'node_modules/vitest/vitest.mjs');
  const compute = path.join(workspace, 'packages/compute');
  step('tests of the engine', process.execPath, [vitest, 'run', 'src/engines/tensorflow'], {
    cwd: compute,
    env,
  });

  console.log('\n== golden cases');
  const golden = ['packages/mllm/fixtures', '--backend', 'tfjs-node', '--json'];
  const report = json('comparing golden cases', 'packages/mllm/src/golden/bin.ts', golden, env, [0, 1]);
  console.log(goldenSummary(report).join('\n'));
  if (!report.passed) throw new SetupFault('Not all golden cases are within tolerance.');

  console.log(`\n== optimising ${embeddings} embeddings of tiny-llava, ${rounds} round(s)`);
  const scratch = mkdtempSync(path.join(tmpdir(), 'sea-tfjs-node-'));
  try {
    timeBackends(scratch, values.backends.split(','), embeddings, rounds, env);
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return 0;
}

await runMain(main);
