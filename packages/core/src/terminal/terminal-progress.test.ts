import { describe, expect, it } from 'vitest';
import { createTerminalProgress, formatDuration, formatProgress } from './terminal-progress.js';

describe('formatProgress', () => {
  it('gives stage, count, time left and metrics', () => {
    expect(
      formatProgress({ stage: 'align', done: 40, total: 100, etaSeconds: 65, metrics: { loss: 0.31234 } }),
    ).toBe('align  40/100  ETA 1:05  loss 0.312');
    expect(formatProgress({ stage: 'align', done: 100, total: 100, etaSeconds: 0 })).toBe('align  100/100');
  });

  it.each([
    [0, '0:00'],
    [59.6, '1:00'],
    [3723, '1:02:03'],
  ])('%d s is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('createTerminalProgress', () => {
  it('overwrites one line on a terminal and keeps it within the width', () => {
    const written: string[] = [];
    let time = 0;
    const progress = createTerminalProgress(
      { write: (text) => written.push(text), isTTY: true, columns: 20 },
      () => time,
    );
    progress.listener({ stage: 'a', done: 0, total: 2, message: 'x'.repeat(50) });
    time = 10;
    progress.listener({ stage: 'a', done: 1, total: 2 }); // too soon to draw
    time = 500;
    progress.listener({ stage: 'a', done: 2, total: 2 });
    expect(written).toHaveLength(3);
    expect(written[0]).toBe(`\r\u001b[2Ka  0/2  ${'x'.repeat(11)}`);
    expect(written.slice(1)).toEqual(['\r\u001b[2Ka  2/2', '\n']);
  });

  it('writes few plain lines into a log', () => {
    const written: string[] = [];
    let time = 0;
    const progress = createTerminalProgress({ write: (text) => written.push(text) }, () => time);
    for (time = 0; time <= 25_000; time += 100) {
      progress.listener({ stage: 'a', done: time / 100, total: 1000 });
    }
    expect(written).toEqual(['a  0/1000\n', 'a  100/1000\n', 'a  200/1000\n']);
  });
});
