import { SeaError, type ProgressEvent } from '@sea-align/core';

import type { ToyModality } from '../world/modality.js';
import { parseTrainOptions } from './options.js';
import { tinyModels } from './tiny-models.js';
import { trainTinyModel } from './train.js';

/** One line a stage, redrawn on a terminal; every 5 seconds a new line elsewhere. */
function progressPrinter(): (event: ProgressEvent) => void {
  let last = 0;
  return ({ stage, done, total, etaSeconds, metrics }) => {
    const now = Date.now();
    const finished = done === total;
    if (!finished && now - last < (process.stderr.isTTY ? 200 : 5000)) return;
    last = now;
    const left = etaSeconds === undefined || finished ? '' : `, ${Math.ceil(etaSeconds)} s left`;
    const loss = metrics?.['loss'] === undefined ? '' : `, loss ${metrics['loss'].toFixed(4)}`;
    const line = `${stage}: ${done} of ${total}${loss}${left}`;
    process.stderr.write(
      process.stderr.isTTY && !finished
        ? `\r\u001b[K${line}`
        : `${process.stderr.isTTY ? '\r\u001b[K' : ''}${line}\n`,
    );
  };
}

const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort(new Error('interrupted')));

try {
  const options = parseTrainOptions(process.argv.slice(2));
  const context = {
    onProgress: progressPrinter(),
    log: (line: string) => console.log(line),
    signal: interruption.signal,
  };
  const train = <M extends ToyModality>(modality: M) =>
    trainTinyModel(tinyModels[modality], options, context);
  const folder = await train(options.modality);
  console.log(`checkpoint: ${folder}`);
} catch (error) {
  if (interruption.signal.aborted) {
    console.error('\nInterrupted; the same command with --resume goes on from here.');
    process.exitCode = 130;
  } else if (SeaError.isInstance(error)) {
    console.error(`${error.message}${error.hint ? `\n${error.hint}` : ''}`);
    process.exitCode = error.exitCode;
  } else {
    throw error;
  }
}
