import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError } from '@sea-align/core';
import { failWith, printReport, wholeNumber, writeReports } from './command-line.js';
import { benchLargeModels } from './large-models.js';
import { largeShapeNames } from './large-shapes.js';

const defaultFolder = join(tmpdir(), 'sea-bench-7b');

const usage = `usage: npm run bench:7b -- [MODEL…] [options]

One step of embedding optimisation at the shape of a published 7B model, on the CPU, with peak memory. Writes a checkpoint of random
float16 weights (14 to 17 GB), loads it, optimises one embedding by one step, deletes the checkpoint. Minutes a model, or an hour
on two busy cores. Layer by layer, as it runs by default on machines of 24 GB, it takes about 6 GB of memory.

models: ${largeShapeNames.join(', ')} (default: all, one after the other)
  --folder DIR         where the checkpoints are written (default ${defaultFolder});
                       one that is there and complete is used, and stays there
  --keep               leave the checkpoints there for the next run
  --seed N             seed of the weights (default 1)
  --threads N          threads (default 2)
  --layers N           only so many layers in the language model, for a try: 4 take a tenth of the time and 3 to 5 GB
  --checkpointing WHEN gradient checkpointing: auto, on, off (default auto: from the machine's memory)
  --json FILE          write all figures, peaks by stage among them
  --markdown FILE      write a page of the table, or its section of the page that is there
  --help

  npm run bench:7b -- llava-1.5-7b --layers 4
  npm run bench:7b -- --folder /data/sea-7b --keep --json 7b.json --markdown docs/performance.md`;

const checkpointing = { auto: 'auto', on: true, off: false } as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      folder: { type: 'string', default: defaultFolder },
      keep: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      threads: { type: 'string', default: '2' },
      layers: { type: 'string' },
      checkpointing: { type: 'string', default: 'auto' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  const names = largeShapeNames.filter((name) => positionals.length === 0 || positionals.includes(name));
  const unknown = positionals.filter((name) => !largeShapeNames.some((known) => known === name));
  if (unknown.length > 0) throw new ConfigError(`unknown model: ${unknown.join(', ')}\n${usage}`);
  if (!(values.checkpointing in checkpointing))
    throw new ConfigError(`--checkpointing must be auto, on or off, got ${values.checkpointing}`);
  const request = {
    names,
    folder: values.folder,
    keep: values.keep,
    seed: wholeNumber(values.seed, 'seed', 0),
    threads: wholeNumber(values.threads, 'threads', 1),
    layers: values.layers === undefined ? undefined : wholeNumber(values.layers, 'layers', 1),
    gradientCheckpointing: checkpointing[values.checkpointing as keyof typeof checkpointing],
  };
  printReport(await benchLargeModels(request, (report) => writeReports([report], values)));
}

main().catch(failWith(usage));
