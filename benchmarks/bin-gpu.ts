import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { discoverEngines } from '@sea-align/compute';
import { ConfigError, EngineError } from '@sea-align/core';
import { failWith, printReport, wholeNumber, writeReports } from './command-line.js';
import { benchGpuSteps, type GpuModel, type GpuStepOptions } from './gpu-steps.js';
import { largeCheckpoint } from './large-checkpoint.js';
import { largeShapeNames, largeShapes, withLayers, type LargeShapeName } from './large-shapes.js';

const defaultFolder = join(tmpdir(), 'sea-bench-7b');

const usage = `usage: npm run bench:gpu -- [MODEL…] [options]

Steps per second and seconds per embedding on a GPU at the shape of published 7B models. Writes a checkpoint of random float16
weights (14 to 17 GB), checks that the device agrees with the CPU, measures, deletes the checkpoint. Needs a GPU with some 24 GB.
A device that turns out to be software (SwiftShader, llvmpipe, WARP) is refused, and nothing is written.

models: ${largeShapeNames.join(', ')} (default: llava-1.5-7b)
  --device NAME     cuda or webgpu (default: the first that computes)
  --precision NAME  of products with half-precision weights: auto, float32, float16 (default auto: float16 on cuda)
  --model DIR       a checkpoint folder of your own in place of a random one
  --folder DIR      where random checkpoints are written (default ${defaultFolder}), the one of bench:7b
  --keep            leave them there for the next run
  --layers N        only so many layers in the language model, for a try
  --batch N         embeddings a step (default 1)
  --updates N       updates an embedding takes (default 80, the most that the default options make)
  --repeats N       embeddings measured, at least 5 (default 5)
  --json FILE       write all figures
  --markdown FILE   write a page of the table, or its section of the page that is there
  --help

  npm run bench:gpu -- --layers 4
  npm run bench:gpu -- llava-1.5-7b qwen2-vl-7b --device cuda --keep --markdown docs/performance.md`;

const precisions = ['auto', 'float32', 'float16'] as const;
const devices = ['cuda', 'webgpu'] as const;

function choice<T extends string>(value: string, known: readonly T[], option: string): T {
  const found = known.find((each) => each === value);
  if (found !== undefined) return found;
  throw new ConfigError(`--${option} must be ${known.join(' or ')}, got ${value}`);
}

/** The device asked for, or the first on which onnxruntime-node computes. @throws EngineError with what was tried */
async function chosenDevice(asked: string | undefined): Promise<GpuStepOptions['device']> {
  if (asked !== undefined) return choice(asked, devices, 'device');
  const finding = (await discoverEngines()).find(({ backend }) => backend === 'onnxruntime-node');
  const found = devices.find((device) => finding?.devices.includes(device));
  if (found !== undefined) return found;
  throw new EngineError(
    `No GPU: ${finding?.reason ?? 'onnxruntime-node was not found'}. Nothing is reported.`,
    {
      hint: 'CUDA: ONNXRUNTIME_NODE_INSTALL=cuda12 npm ci, with CUDA 12 and cuDNN 9. WebGPU: a Vulkan, Metal or D3D12 driver.',
    },
  );
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      device: { type: 'string' },
      precision: { type: 'string', default: 'auto' },
      model: { type: 'string' },
      folder: { type: 'string', default: defaultFolder },
      keep: { type: 'boolean', default: false },
      layers: { type: 'string' },
      batch: { type: 'string', default: '1' },
      updates: { type: 'string', default: '80' },
      repeats: { type: 'string', default: '5' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  const names = positionals.length > 0 ? positionals : ['llava-1.5-7b'];
  const unknown = positionals.filter((name) => !largeShapeNames.some((known) => known === name));
  if (unknown.length > 0) throw new ConfigError(`unknown model: ${unknown.join(', ')}\n${usage}`);
  const shapes = largeShapeNames.filter((name) => names.includes(name));
  const layers = values.layers === undefined ? undefined : wholeNumber(values.layers, 'layers', 1);
  const settings = {
    precision: choice(values.precision, precisions, 'precision'),
    batch: wholeNumber(values.batch, 'batch', 1),
    updates: wholeNumber(values.updates, 'updates', 1),
    repeats: wholeNumber(values.repeats, 'repeats', 5),
  };
  const device = await chosenDevice(values.device);
  const written: string[] = [];
  const random = (name: LargeShapeName, count: number | undefined) => async (): Promise<GpuModel> => {
    const shape = count === undefined ? largeShapes[name] : withLayers(largeShapes[name], count);
    const title = count === undefined ? name : `${name}, ${count} layers`;
    const folder = join(values.folder, count === undefined ? name : `${name}-${count}`);
    console.error(`${title}: writing random weights to ${folder}`);
    const { reused } = await largeCheckpoint({ shape, folder, seed: 1 });
    if (!reused) written.push(folder);
    return { name: title, folder, modality: shape.modality };
  };
  const own = values.model;
  const models =
    own === undefined
      ? shapes.map((name) => random(name, layers))
      : [async () => ({ name: basename(resolve(own)), folder: own })];
  try {
    const report = await benchGpuSteps({ device, ...settings }, random(shapes[0], 2), models);
    printReport(report);
    await writeReports([report], values);
  } finally {
    if (!values.keep) for (const folder of written) await rm(folder, { recursive: true, force: true });
  }
}

main().catch(failWith(usage));
