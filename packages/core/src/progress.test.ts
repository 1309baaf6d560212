import { expect, it } from 'vitest';

import { ProgressMeter, type ProgressEvent } from './progress.js';

it('counts and foretells the time left at the mean speed', () => {
  let clock = 0;
  const events: ProgressEvent[] = [];
  const meter = new ProgressMeter('optimize', 10, (event) => events.push(event), { now: () => clock });
  meter.tick(0, { message: 'compiling' });
  clock = 4000;
  meter.tick(2, { metrics: { loss: 0.5 } });
  clock = 9000;
  meter.tick();
  meter.tick(7);
  expect(events).toEqual([
    { stage: 'optimize', done: 0, total: 10, message: 'compiling' },
    { stage: 'optimize', done: 2, total: 10, etaSeconds: 16, metrics: { loss: 0.5 } },
    { stage: 'optimize', done: 3, total: 10, etaSeconds: 21 },
    { stage: 'optimize', done: 10, total: 10, etaSeconds: 0 },
  ]);
  expect(meter.done).toBe(10);
});

it('items of an earlier run are done, but do not make this one look faster', () => {
  let clock = 0;
  let last: ProgressEvent | undefined;
  const meter = new ProgressMeter('x', 100, (event) => (last = event), { alreadyDone: 90, now: () => clock });
  clock = 1000;
  meter.tick();
  expect(last).toEqual({ stage: 'x', done: 91, total: 100, etaSeconds: 9 });
});

it('needs no listener', () => {
  expect(() => new ProgressMeter('x', 1, undefined).tick()).not.toThrow();
});
