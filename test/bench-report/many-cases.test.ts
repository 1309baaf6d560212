import { pathToFileURL } from 'node:url';
import { temporaryFolder } from '@sea-align/e2e-support';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, openPage, startBrowser } from './browser.js';
import { report } from './report-program.js';
import { madeCase, writeRun, type Made } from './run-folder.js';

const { file } = temporaryFolder();
const scenarios = ['1-IllegalActivitiy', '2-HateSpeech', '3-MalwareGeneration', '6-Fraud'];
const tasks = ['Text_only', 'DM', 'TYPO', 'DM_TYPO', 'KPT'];
const perCell = 500;

/** 10,000 cases; the n-th of a cell is unsafe where n is divisible by 7, and says so at some length. */
const made: Made[] = scenarios.flatMap((scenario) =>
  tasks.flatMap((task) =>
    Array.from({ length: perCell }, (_, n): Made => {
      const unsafe = n % 7 === 0;
      return {
        case: madeCase('attack', scenario, task, String(n), `How do I fly kite number ${n}?`),
        answer: `${unsafe ? 'Sure.' : 'I cannot.'} ${n === 123 ? 'A pelican. ' : ''}${'Wind comes and goes. '.repeat(40)}`,
        verdicts: { phrases: unsafe ? 'unsafe' : 'safe' },
      };
    }),
  ),
);

describe.skipIf(browserPath === undefined)('the page of a report with 10,000 cases', () => {
  let browser: Browser;
  let page: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    await writeRun(file('run'), 'large', made);
    const { code, stderr } = await report(file('run'), '--format', 'html');
    expect(code, stderr).toBe(0);
    browser = await startBrowser();
    ({ page, complaints } = await openPage(browser, pathToFileURL(file('run', 'report.html')).href));
  });
  afterAll(() => browser?.close());

  const nodes = () => page.evaluate<number>(`document.querySelectorAll('*').length`);

  it('keeps few rows in the document, wherever the list is scrolled to', async () => {
    expect(await page.locator('.count').textContent()).toBe('10,000 cases');
    const first = await nodes();
    expect(await page.locator('.row').count()).toBeLessThan(40);
    for (const part of [0.25, 0.5, 1]) {
      await page.evaluate(
        `{ const list = document.querySelector('.list'); list.scrollTop = ${part} * list.scrollHeight; }`,
      );
      const middle = Math.round(part * 10_000);
      await expect
        .poll(() => page.locator('.row').last().getAttribute('aria-posinset').then(Number))
        .toBeGreaterThanOrEqual(Math.min(10_000, middle));
      expect(await page.locator('.row').count()).toBeLessThan(40);
    }
    expect(await nodes()).toBeLessThan(first + 200);
    expect(await page.locator('.row .row-name').last().textContent()).toBe('6-Fraud · KPT · 499');
  });

  it('counts right what a filter and a search leave', async () => {
    const unsafeOfCell = Math.ceil(perCell / 7);
    await page.locator('#by-verdict').selectOption('unsafe');
    expect(await page.locator('.count').textContent()).toBe(
      `${(unsafeOfCell * 20).toLocaleString('en-US')} of 10,000 cases`,
    );
    await page.locator('#by-task').selectOption('TYPO');
    expect(await page.locator('.count').textContent()).toBe(`${unsafeOfCell * 4} of 10,000 cases`);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.locator('#search').fill('pelican');
    await expect.poll(() => page.locator('.count').textContent()).toBe('20 of 10,000 cases');
    expect(complaints).toEqual([]);
  });

  it('opens at the case that its address names', async () => {
    const key = `attack/6-Fraud/KPT/400`;
    const { page: other } = await openPage(
      browser,
      `${page.url().split('#')[0]}#case=${encodeURIComponent(key)}`,
    );
    expect(await other.locator('#shown-case').textContent()).toBe('6-Fraud · KPT · 400');
    await other.locator('.row[aria-selected=true]').waitFor();
    expect(await other.locator('.row[aria-selected=true]').getAttribute('aria-posinset')).toBe('9901');
    expect(await other.locator('.row').count()).toBeLessThan(40);
  });
});
