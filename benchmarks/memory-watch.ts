import { readFileSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

/** Most memory of this process over a stretch of time, in bytes. */
export interface MemoryPeak {
  /** All pages that are in memory, those of mapped files among them (the kernel's high-water mark). */
  resident: number;
  /** Pages that no file backs: what cannot be dropped and read again. */
  anonymous: number;
  /** Mapped pages of files. Two maps of one page count twice. */
  mapped: number;
}

/** Looks every few milliseconds, from a thread of its own: loading a checkpoint keeps the main one busy. */
const watcher = `
const { readFileSync } = require('node:fs');
const { workerData } = require('node:worker_threads');
const peaks = new Int32Array(workerData);
const fields = [/^RssAnon:\\s+(\\d+)/m, /^RssFile:\\s+(\\d+)/m];
for (;;) {
  const status = readFileSync('/proc/self/status', 'utf8');
  fields.forEach((field, at) => {
    const kilobytes = Number(field.exec(status)?.[1] ?? 0);
    if (kilobytes > Atomics.load(peaks, at)) Atomics.store(peaks, at, kilobytes);
  });
  if (Atomics.wait(peaks, 2, 0, 20) !== 'timed-out') break;
}
`;

/** Memory peaks by stage, on Linux; elsewhere nothing is measured. */
export class MemoryWatch {
  private readonly peaks = new Int32Array(new SharedArrayBuffer(12));
  private readonly worker: Worker | undefined;

  constructor() {
    if (process.platform !== 'linux') return;
    this.worker = new Worker(watcher, { eval: true, workerData: this.peaks.buffer });
  }

  /** Begins a stage: what was before does not count. */
  reset(): void {
    // Resets the high-water mark of this process.
    if (this.worker !== undefined) writeFileSync('/proc/self/clear_refs', '5');
    Atomics.store(this.peaks, 0, 0);
    Atomics.store(this.peaks, 1, 0);
  }

  /** The peak since the last reset; undefined where it cannot be measured. */
  peak(): MemoryPeak | undefined {
    if (this.worker === undefined) return undefined;
    const kilobytes = (field: string): number =>
      Number(
        new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0,
      );
    const most = (at: number, now: string): number =>
      1024 * Math.max(Atomics.load(this.peaks, at), kilobytes(now));
    return {
      resident: 1024 * kilobytes('VmHWM'),
      anonymous: most(0, 'RssAnon'),
      mapped: most(1, 'RssFile'),
    };
  }

  async close(): Promise<void> {
    Atomics.store(this.peaks, 2, 1);
    Atomics.notify(this.peaks, 2);
    await this.worker?.terminate();
  }
}
