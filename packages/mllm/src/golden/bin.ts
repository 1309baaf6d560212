import { parseArgs } from 'node:util';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createEngine, type EngineOptions } from '@sea-align/compute';
import { ConfigError, SeaError } from '@sea-align/core';
import { builtInFamilies } from '../family/built-in-families.js';
import { supportedBy } from '../family/find-family.js';
import { formatCase } from './format-report.js';
import { verifyGolden } from './verify-golden.js';

const usage = `usage: verify:golden DIR [--engine auto|onnxruntime|tensorflow] [--backend NAME] [--json]
DIR is a checkpoint folder with golden cases, or a folder of them.
Exit codes: 0 all within tolerance, 1 over tolerance, 2 no case found, an unsupported family or an unusable checkpoint.`;

const engines = ['auto', 'onnxruntime', 'tensorflow', 'reference'] as const;
const backends = ['onnxruntime-node', 'onnxruntime-web', 'tfjs', 'tfjs-node', 'tfjs-node-gpu'] as const;

function oneOf<T extends string>(
  option: string,
  value: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((name) => name === value);
  if (found !== undefined) return found;
  throw new ConfigError(`--${option} ${value} is not one of ${allowed.join(', ')}.`);
}

async function main(): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        engine: { type: 'string' },
        backend: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
  const { values, positionals } = parsed;
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (positionals.length !== 1) throw new ConfigError(`Give one folder.\n${usage}`);
  const root = resolve(positionals[0]);
  if (!(await stat(root).catch(() => undefined))?.isDirectory())
    throw new ConfigError(`There is no folder ${root}.`);
  const options: EngineOptions = {
    engine: oneOf('engine', values.engine, engines),
    backend: oneOf('backend', values.backend, backends),
  };
  const engine = await createEngine(options);
  try {
    if (!values.json) console.log(`engine: ${engine.describe()}`);
    const report = await verifyGolden(root, engine, (done) => {
      if (!values.json) console.log(formatCase(done));
    });
    if (values.json) {
      console.log(JSON.stringify({ engine: engine.describe(), ...report }, null, 2));
      return report.exitCode;
    }
    for (const { folder, architecture } of report.unsupported) {
      console.error(
        `unsupported family: ${folder}: ${architecture}. Supported: ${supportedBy(builtInFamilies)}.`,
      );
    }
    for (const { folder, message } of report.unusable) console.error(`not compared: ${folder}: ${message}`);
    if (report.cases.length === 0) console.error(`no golden case under ${root} could be compared`);
    const failed = report.cases.filter((done) => !done.passed).length;
    console.log(`${report.cases.length} cases compared, ${failed} over tolerance`);
    return report.exitCode;
  } finally {
    await engine.dispose();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (SeaError.isInstance(error)) {
      console.error(`${error.message}${error.hint === undefined ? '' : `\n${error.hint}`}`);
      process.exitCode = error.exitCode;
    } else {
      console.error(error);
      process.exitCode = 1;
    }
  },
);
