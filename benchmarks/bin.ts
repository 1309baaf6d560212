import { parseArgs } from 'node:util';
import { createEngine } from '@sea-align/compute';
import { ConfigError } from '@sea-align/core';
import { benchAgainstPyTorch } from './against-pytorch.js';
import { benchAlignmentSpeed } from './alignment-speed.js';
import type { BenchReport } from './bench-report.js';
import { failWith, printReport, wholeNumber, writeReports } from './command-line.js';
import { benchControlSamples } from './control-samples.js';
import { benchDemo } from './demo-stages.js';
import { benchEngineThroughput } from './engine-throughput.js';
import { benchMachineShare } from './machine-share.js';
import { benchMemory } from './memory-slope.js';
import { benchStagePeaks } from './stage-peaks.js';
import { benchStepProfile } from './step-profile.js';
import { benchStepTime } from './step-time.js';
import { wholeSet } from './typo-phrases.js';
import { benchTypo } from './typo-throughput.js';

const usage = `usage: npm run bench -- [NAME…] [options]

names: pytorch, align, share, profile, controls, peaks, step, engines, memory, demo, typo (default: all)
  --repeats N       interleaved repeats per contestant, at least 5 (default 7)
  --threads N       threads of pytorch, align (both sides), share, profile, controls, peaks (default 2)
  --batches LIST    batches of pytorch (default 1,4,16)
  --batch N         embeddings per step (default 16)
  --embeddings N    embeddings of the memory benchmark (default 1000)
  --steps N         optimisation steps each of them takes (default 5)
  --cases N         phrases of the TYPO benchmark (default ${wholeSet}, the whole set)
  --typo-repeats N  times each side makes them all, at least 5 (default 5)
  --run DIR         run folder of the demo (default runs/demo)
  --json FILE       write all figures
  --markdown FILE   write a page of tables, or their sections of the page that is there
  --help`;

const names = [
  'pytorch',
  'align',
  'share',
  'profile',
  'controls',
  'peaks',
  'step',
  'engines',
  'memory',
  'demo',
  'typo',
] as const;
type BenchName = (typeof names)[number];

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      repeats: { type: 'string', default: '7' },
      threads: { type: 'string', default: '2' },
      batches: { type: 'string', default: '1,4,16' },
      batch: { type: 'string', default: '16' },
      embeddings: { type: 'string', default: '1000' },
      steps: { type: 'string', default: '5' },
      cases: { type: 'string', default: String(wholeSet) },
      'typo-repeats': { type: 'string', default: '5' },
      run: { type: 'string', default: 'runs/demo' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  const unknown = positionals.filter((name) => !names.some((known) => known === name));
  if (unknown.length > 0) throw new ConfigError(`unknown benchmark: ${unknown.join(', ')}\n${usage}`);
  const repeats = wholeNumber(values.repeats, 'repeats', 5);
  const threads = wholeNumber(values.threads, 'threads', 1);
  const batches = values.batches.split(',').map((each) => wholeNumber(each, 'batches', 1));
  const batchSize = wholeNumber(values.batch, 'batch', 1);
  const embeddings = wholeNumber(values.embeddings, 'embeddings', 200);
  const steps = wholeNumber(values.steps, 'steps', 1);
  const cases = wholeNumber(values.cases, 'cases', 1);
  const typoRepeats = wholeNumber(values['typo-repeats'], 'typo-repeats', 5);
  const benches: Record<BenchName, () => Promise<BenchReport>> = {
    pytorch: () => benchAgainstPyTorch({ repeats, threads, batches }),
    align: () => benchAlignmentSpeed({ repeats, threads }),
    share: () => benchMachineShare({ repeats, threads }),
    profile: () => benchStepProfile({ repeats, threads }),
    controls: () => benchControlSamples({ repeats, threads }),
    peaks: () => benchStagePeaks({ threads }),
    step: () => withEngine((engine) => benchStepTime(engine, { repeats, batchSize })),
    engines: () => benchEngineThroughput({ repeats, embeddings: 2 * batchSize }),
    memory: () => withEngine((engine) => benchMemory(engine, { embeddings, steps })),
    demo: () => benchDemo(values.run),
    typo: () => benchTypo({ cases, repeats: typoRepeats }),
  };
  const reports: BenchReport[] = [];
  for (const name of names) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const report = await benches[name]();
    printReport(report);
    reports.push(report);
  }
  await writeReports(reports, values);
}

async function withEngine<T>(
  run: (engine: Awaited<ReturnType<typeof createEngine>>) => Promise<T>,
): Promise<T> {
  const engine = await createEngine();
  try {
    return await run(engine);
  } finally {
    await engine.dispose();
  }
}

main().catch(failWith(usage));
