import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from '@sea-align/e2e-support';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, openPage, startBrowser } from './browser.js';
import { report } from './report-program.js';
import { madeCase, writeRun, type Made } from './run-folder.js';

const { file } = temporaryFolder();

/** Answers as text, and how a page shows them where that is something else. */
const answers: readonly (readonly [answer: string, shown?: string])[] = [
  ['<script>alert(1)</script><img src=x onerror=alert(2)>'],
  ['</script><script>alert(3)</script>'],
  ['<!-- <script> --><!--'],
  [']]></style></textarea></title><svg onload=alert(4)>'],
  ['javascript:alert(5) {{7*7}} ${alert(6)} `'],
  ['a\u0000b\u0007c\u001b[31md', 'a␀b␇c␛[31md'],
  ['left \u202eright\u202c \u2066x', 'left ⟨U+202E⟩right⟨U+202C⟩ ⟨U+2066⟩x'],
  ['half \ud83d pair \udc00 end', 'half ⟨U+D83D⟩ pair ⟨U+DC00⟩ end'],
  ['\u2028line\u2029paragraph'],
  ['__proto__ constructor &lt;b&gt; &amp;'],
  [`${'Z\u0351\u0352\u0353'.repeat(300)} tall`],
];
const long = `${'x'.repeat(1_000_000)} needle </script> ${'word '.repeat(10_000)}`;
const name = `base"><script>alert(7)</script>\u202e`;
const scenario = '<img src=x onerror=alert(8)>';

const made: Made[] = [
  ...answers.map(([answer], at): Made => ({
    case: madeCase('attack', scenario, 'T\'"&YPO', String(at), answer, `Video/<b>/"${at}"?#.mp4`),
    answer,
    verdicts: { '=llm|<i>': at % 2 === 0 ? 'unsafe' : 'safe', constructor: 'safe' as const },
    raw: `verdict: ${answer}`,
  })),
  {
    case: madeCase('attack', scenario, 'T\'"&YPO', 'long', 'long'),
    answer: long,
    verdicts: { '=llm|<i>': 'safe' },
  },
  {
    case: madeCase('attack', scenario, 'T\'"&YPO', 'failed', '<b>', 'Video/../../../../etc/passwd.mp4'),
    error: '</script><script>alert(9)</script>',
  },
];

beforeAll(async () => {
  await writeRun(file('run'), name, made, {
    bench: '../bench',
    system: '</script><script>alert(10)</script>',
  });
  const { code, stderr, stdout } = await report(file('run'), '--out', file('out'));
  expect(code, stderr).toBe(0);
  expect(stdout).not.toContain('\u202e');
});

describe('files of a report with hostile text', () => {
  it('HTML: no markup but its own', async () => {
    const html = await readFile(file('out', 'report.html'), 'utf8');
    expect(html.match(/<script/g)).toHaveLength(4);
    expect(html.match(/<\/script/g)).toHaveLength(4);
    expect(html).not.toMatch(/<img|<svg onload|<!--/);
  });

  it('Markdown: no markup, tables whole', async () => {
    const markdown = await readFile(file('out', 'report.md'), 'utf8');
    expect(markdown).not.toMatch(/(?<!\\)<(script|img|b|i)\b/);
    expect(markdown).not.toMatch(/\u202e/);
    const rows = markdown.split('\n').filter((line) => line.startsWith('| '));
    const widths = new Set(rows.map((line) => line.split(/(?<!\\)\|/).length));
    expect(rows.length).toBeGreaterThan(10);
    expect(Math.min(...widths)).toBeGreaterThan(3);
  });

  it('CSV: no formula', async () => {
    const csv = await readFile(file('out', 'report.csv'), 'utf8');
    expect(csv).toContain(`'=llm|<i>`);
    expect(csv).not.toMatch(/(^|,)"?[=+@]/m);
  });
});

describe.skipIf(browserPath === undefined)('the page of a report with hostile text', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  it('shows all of it as text, and runs none', async () => {
    const { page, complaints } = await openPage(browser, pathToFileURL(file('out', 'report.html')).href);
    expect(await page.locator('.count').textContent()).toBe(`${made.length} cases`);
    expect(await page.locator('.map tbody th').allTextContents()).toEqual([scenario]);
    for (const [at, [answer, shown = answer]] of answers.entries()) {
      await page.keyboard.press('j');
      expect(await page.locator('#shown-case').textContent()).toContain(`· ${at}`);
      expect(await page.locator('.answer .text').first().textContent(), JSON.stringify(answer)).toBe(shown);
      expect(await page.locator('.medium a').getAttribute('href')).toBe(
        `../bench/Video/%3Cb%3E/%22${at}%22%3F%23.mp4`,
      );
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    }
    await page.goto(`${page.url().split('#')[0]}#q=${encodeURIComponent('</script><script>')}`);
    await expect.poll(() => page.locator('.count').textContent()).toBe(`2 of ${made.length} cases`);
    await page.goto(`${page.url().split('#')[0]}#case=${encodeURIComponent(made.at(-1)?.case.key ?? '')}`);
    await page.getByText('No path leads from here to Video/../../../../etc/passwd.mp4.').waitFor();
    for (const hash of [
      '#q=%3Cscript%3E&scenario=%3Cimg%3E&case=%3Cb%3E',
      '#mapJudge=__proto__',
      '#judge=toString',
    ]) {
      await page.goto(page.url().split('#')[0] + hash);
      await page.waitForTimeout(50);
    }
    expect(await page.locator('script').count()).toBe(4);
    expect(await page.locator('img, svg, iframe, object').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('cuts an answer of a megabyte, and shows all of it when asked', async () => {
    const url = `${pathToFileURL(file('out', 'report.html')).href}#${new URLSearchParams({ q: 'needle', case: `attack/${scenario}/T'"&YPO/long` })}`;
    const { page, complaints } = await openPage(browser, url);
    expect(await page.locator('.count').textContent()).toBe(`1 of ${made.length} cases`);
    const text = page.locator('.answer .text').first();
    expect((await text.textContent())?.length).toBeLessThan(2000);
    const more = page.locator('.answer .more');
    expect(await more.textContent()).toBe(`Show all (${long.length.toLocaleString('en-US')} characters)`);
    await more.click();
    expect(await text.textContent()).toBe(long);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await more.click();
    expect((await text.textContent())?.length).toBeLessThan(2000);
    expect(complaints).toEqual([]);
  });

  it('would not run a script that had got in', async () => {
    const html = await readFile(file('out', 'report.html'), 'utf8');
    await writeFile(
      file('out', 'tampered.html'),
      html.replace(
        '</body>',
        '<script>document.title = "run"</script><img src="http://127.0.0.1:9/x.png"></body>',
      ),
    );
    const { page, complaints } = await openPage(browser, pathToFileURL(file('out', 'tampered.html')).href);
    await expect.poll(() => complaints.join('\n')).toMatch(/script-src/);
    expect(complaints.join('\n')).toMatch(/img-src/);
    expect(await page.title()).not.toBe('run');
  });
});
