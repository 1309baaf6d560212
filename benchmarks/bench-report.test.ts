import { describe, expect, it } from 'vitest';
import { markdownPage, updatedPage, type BenchReport } from './bench-report.js';

const machine = { cpu: 'C', cores: 2, memoryGiB: 4, platform: 'p', node: '20', versions: { a: '1' } };
const report = (title: string, value: string): BenchReport => ({
  id: title,
  title,
  how: `How ${title}.`,
  columns: ['x', 'y'],
  rows: [['row', value]],
  data: {},
});

describe('updatedPage', () => {
  it('replaces the sections measured again, adds new ones, and leaves the others alone', () => {
    const page = markdownPage([report('One', '1'), report('Two', '2')], machine, '2020-01-01');
    const updated = updatedPage(page, [report('One', '7'), report('Three', '3')], machine, '2021-02-03');
    expect(updated).toBe(
      [
        '# Performance',
        'Written by `npm run bench -- --markdown docs/performance.md`. Compare ratios, not times: those depend on the machine.',
        'Measured 2020-01-01 on C, 2 cores, 4 GiB, p; Node 20, a 1.',
        '## One',
        'Measured 2021-02-03 on C, 2 cores, 4 GiB, p; Node 20, a 1.',
        'How One.',
        '| x | y |\n| --- | ---: |\n| row | 7 |',
        '## Two',
        'How Two.',
        '| x | y |\n| --- | ---: |\n| row | 2 |',
        '## Three',
        'Measured 2021-02-03 on C, 2 cores, 4 GiB, p; Node 20, a 1.',
        'How Three.',
        '| x | y |\n| --- | ---: |\n| row | 3 |',
      ].join('\n\n') + '\n',
    );
    expect(updatedPage(updated, [report('Three', '3')], machine, '2021-02-03')).toBe(updated);
  });

  it('puts new sections before the log, which it leaves as it is', () => {
    const log = '## Log: what was tried\n\nNothing yet.\n';
    const page = `${markdownPage([report('One', '1')], machine, '2020-01-01')}\n${log}`;
    const updated = updatedPage(page, [report('Two', '2'), report('Three', '3')], machine, '2021-02-03');
    expect(updated.endsWith(`\n\n${log}`)).toBe(true);
    expect(updated.match(/^## .*/gm)).toEqual(['## One', '## Two', '## Three', '## Log: what was tried']);
  });
});
