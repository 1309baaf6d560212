import { describe, expect, it } from 'vitest';
import type { Rate } from '../rates.js';
import { escapeHtml } from './escape-html.js';
import { renderHtmlReport } from './html-report.js';
import type { ReportData } from './report-data.js';
import { resultTableMarkdown, resultTableText } from './result-table.js';

const rate: Rate = {
  condition: 'image attack',
  measure: 'attack',
  count: 1,
  judged: 4,
  errors: 0,
  rate: 0.25,
  low: 0.0456,
  high: 0.6994,
};
const data: ReportData = {
  title: 'Run <1>',
  summary: ['A & B'],
  arms: [
    { name: 'base', rates: [{ ...rate, count: 4, rate: 1, low: 0.5101, high: 1 }] },
    { name: 'SEA | SFT', rates: [rate] },
  ],
  lossPlots: [
    {
      title: 'loss\u001b',
      yTitle: 'nats\u0007',
      series: [{ name: 's"1</text><script>\u001b\u202e', losses: [3, 2, Number.NaN, 1] }],
    },
  ],
  examples: [
    {
      condition: 'image attack',
      medium: { data: new Uint8Array([137, 80]), mediaType: 'image/png' },
      question: '<img src=x onerror=alert(1)>',
      answers: [{ arm: 'base', answer: `</dd><script>alert('x')</script>\u0007\u202e`, verdict: 'complied' }],
    },
  ],
  facts: { machine: '2 cores' },
};

describe('renderHtmlReport', () => {
  it('shows hostile text as text and loads nothing from outside', async () => {
    const html = await renderHtmlReport(data);
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<img src=x');
    expect(html).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\ufffd\ufffd');
    expect(html).toContain('<title>Run &lt;1&gt;</title>');
    expect(html).toContain('data:image/png;base64,iVA=');
    expect(html).toMatch(/<svg[^>]*>/);
    expect(html.match(/[^\P{Cc}\n\t]|\u202e/gu)).toBeNull();
    expect([...html.matchAll(/(?:src|href)="(?!data:)([^"#]+)"/g)].map((match) => match[1])).toEqual([]);
  });

  it('gives rates with their intervals and counts', async () => {
    const html = await renderHtmlReport(data);
    expect(html).toContain('25.0 [4.6, 69.9]<br><small>1 of 4</small>');
  });
});

describe('media in a report', () => {
  const withMedium = (mediaType: string) =>
    renderHtmlReport({
      ...data,
      examples: [{ ...data.examples[0], medium: { data: new Uint8Array([82, 73]), mediaType } }],
    });

  it('plays sounds and videos, and the page allows itself to', async () => {
    const sound = await withMedium('audio/wav');
    expect(sound).toContain(
      '<audio controls aria-label="sound played to the model" src="data:audio/wav;base64,Ukk="',
    );
    expect(sound).toMatch(/Content-Security-Policy" content="[^"]*media-src data:/);
    expect(await withMedium('video/mp4')).toContain('src="data:video/mp4;base64,Ukk="></video>');
    expect(await withMedium('image/webp')).toContain(
      '<img alt="picture shown to the model" src="data:image/webp;',
    );
  });

  it.each(['text/html', 'image/png" onload="x', ''])('refuses the type %j', async (mediaType) => {
    await expect(withMedium(mediaType)).rejects.toThrow(RangeError);
  });
});

describe('tables', () => {
  it('writes Markdown with escaped cells', () => {
    expect(resultTableMarkdown(data.arms)).toBe(
      '| arm | image attack: ASR |\n| --- | --- |\n| base | 100.0 [51.0, 100.0] |\n| SEA \\| SFT | 25.0 [4.6, 69.9] |\n',
    );
  });

  it('writes aligned text with a legend', () => {
    expect(resultTableText(data.arms).split('\n')).toEqual([
      'arm            A',
      '---------  -----',
      'base       100.0',
      'SEA | SFT   25.0',
      '',
      'A  image attack: ASR (%)',
      '',
    ]);
  });
});

describe('escapeHtml', () => {
  it('keeps new lines and letters of every script', () => {
    expect(escapeHtml('a\nб\tक "x"')).toBe('a\nб\tक &quot;x&quot;');
  });
});
