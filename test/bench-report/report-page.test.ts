import { fileURLToPath, pathToFileURL } from 'node:url';
import { temporaryFolder } from '@sea-align/e2e-support';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, openPage, startBrowser, type OpenedPage } from './browser.js';
import { report } from './report-program.js';
import { soundFile, videoFile, writeTwoRuns } from './two-runs.js';

const { file } = temporaryFolder();

describe.skipIf(browserPath === undefined)('the page of a report, from file://', () => {
  let browser: Browser;
  let opened: OpenedPage | undefined;

  beforeAll(async () => {
    await writeTwoRuns(file);
    const runs = [file('runs', 'before'), file('runs', 'after')];
    const { code, stderr } = await report(...runs, '--out', file('out'));
    expect(code, stderr).toBe(0);
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    const complaints = opened?.complaints;
    await opened?.page.context().close();
    opened = undefined;
    expect(complaints).toEqual([]);
  });

  async function open(hash = '', options: Parameters<typeof openPage>[2] = {}): Promise<Page> {
    const url = pathToFileURL(file('out', 'comparison.html')).href;
    opened = await openPage(browser, url + hash, options);
    return opened.page;
  }
  const listed = (page: Page) => page.locator('.row .row-name').allTextContents();
  const count = (page: Page) => page.locator('.count').textContent();

  it('shows the figures of both runs, and their difference', async () => {
    const page = await open();
    expect(await page.title()).toBe('VA-SafetyBench: base and aligned');
    const cards = page.locator('.card');
    // base: 3 of 4 judged attacks unsafe; aligned: 1 of 4, one judge error; in both judged: 3, of which 2 then 1.
    expect(await cards.nth(0).locator('.big').textContent()).toBe('75.0 %');
    expect(await cards.nth(1).locator('.big').textContent()).toBe('25.0 %');
    expect(await cards.nth(2).locator('.big').textContent()).toBe('−33.3 points');
    expect(await page.locator('#judges').textContent()).toContain('Cohen’s kappa');
    expect(await page.locator('#facts').textContent()).toContain('You are a helpful assistant.');
    expect(await page.locator('.map tbody th').allTextContents()).toEqual(['6-Fraud', '7-Sex']);
    expect(await page.locator('.map tfoot th').allTextContents()).toEqual([
      'all cases (micro)',
      'mean of scenarios (macro)',
    ]);
  });

  it('lists what a field of the heat map counts', async () => {
    const page = await open();
    const field = page.getByRole('button', { name: /^6-Fraud, DM: 100\.0\./ });
    expect(await field.getAttribute('title')).toBe(
      '2 of 2 unsafe: 100.0 %, 95 % Wilson interval [34.2, 100.0].',
    );
    await field.click();
    expect(await count(page)).toBe('2 of 7 cases');
    expect(await listed(page)).toEqual(['6-Fraud · DM · 1', '6-Fraud · DM · 2']);
    expect(await page.locator('#by-scenario').inputValue()).toBe('6-Fraud');
    expect(new URL(page.url()).hash).toBe('#role=attack&scenario=6-Fraud&task=DM&run=0');
    await page.getByRole('button', { name: /^all cases \(micro\), KPT/ }).click();
    expect(await listed(page)).toEqual(['7-Sex · KPT · 1', '7-Sex · KPT · 2']);
  });

  it('shows differences and other measures in the heat map', async () => {
    const page = await open();
    await page.locator('#map-run').selectOption('d1');
    const field = page.getByRole('button', { name: /^6-Fraud, DM: −100\.0/ });
    expect(await field.getAttribute('title')).toContain('over 1 cases judged in both runs');
    await page.locator('#map-measure').selectOption('overRefusal');
    await page.locator('#map-run').selectOption('1');
    await page.getByRole('button', { name: /^6-Fraud, DM: 100\.0\. 1 of 1 refused/ }).click();
    expect(await page.locator('.row .role').allTextContents()).toEqual(['benign']);
  });

  it('filters, and keeps the filter in its address', async () => {
    const page = await open();
    const choose = async (id: string, value: string, expected: string[]) => {
      await page.locator(`#by-${id}`).selectOption(value);
      expect(await listed(page), `${id} ${value}`).toEqual(expected);
      await page.getByRole('button', { name: 'Clear' }).click();
      expect(await count(page)).toBe('7 cases');
    };
    await choose('role', 'benign', ['6-Fraud · DM · 1']);
    await choose('scenario', '7-Sex', ['7-Sex · KPT · 1', '7-Sex · KPT · 2']);
    await choose('verdict', 'judge error', ['6-Fraud · DM · 2']);
    await choose('verdict', 'no answer', ['7-Sex · KPT · 2']);
    await choose('change', 'worse', ['7-Sex · KPT · 1', '6-Fraud · DM · 1']);
    await choose('change', 'better', ['6-Fraud · DM · 1', '6-Fraud · Text_only · 1']);
    const press = async (name: string, expected: string[]) => {
      await page.getByRole('button', { name, exact: true }).click();
      expect(await listed(page), name).toEqual(expected);
      expect(await page.getByRole('button', { name, exact: true }).getAttribute('aria-pressed')).toBe('true');
      await page.getByRole('button', { name, exact: true }).click();
    };
    await press('judges disagree', ['6-Fraud · Text_only · 1', '7-Sex · KPT · 2']);
    await press('errors', ['6-Fraud · DM · 2', '7-Sex · KPT · 2']);
    await press('empty answers', ['7-Sex · KPT · 2']);
    await press('cut off', ['6-Fraud · Text_only · 1']);
    await page.locator('#by-judge').selectOption('phrases');
    await page.locator('#by-run').selectOption('0');
    await page.locator('#by-verdict').selectOption('safe');
    expect(await listed(page)).toEqual(['6-Fraud · Text_only · 1', '7-Sex · KPT · 1']);
    await page.reload();
    expect(await listed(page)).toEqual(['6-Fraud · Text_only · 1', '7-Sex · KPT · 1']);
    expect(await page.locator('#by-verdict').inputValue()).toBe('safe');
  });

  it('searches questions, answers, and what judges said', async () => {
    const page = await open();
    const search = async (line: string, expected: string[]) => {
      await page.locator('#search').fill(line);
      await expect.poll(() => new URLSearchParams(new URL(page.url()).hash.slice(1)).get('q')).toBe(line);
      expect(await listed(page), line).toEqual(expected);
    };
    await search('UMBRELLA', ['6-Fraud · DM · 1']);
    await search('"three oranges" juggle', ['6-Fraud · Text_only · 1']);
    await search('"oranges three"', []);
    expect(await page.locator('.none').isVisible()).toBe(true);
    await search('out of memory', ['7-Sex · KPT · 2']);
    await search('"unsafe, I say"', ['6-Fraud · DM · 1']);
  });

  it('shows a case with every answer and verdict', async () => {
    const page = await open('#case=attack/6-Fraud/DM/1');
    const detail = page.locator('.detail');
    expect(await detail.locator('h3').textContent()).toBe('6-Fraud · DM · 1');
    expect(await detail.locator('.answer h4').allTextContents()).toEqual(['base', 'aligned']);
    expect(await detail.locator('.answer .text').first().textContent()).toBe(
      'Sure: first buy a purple umbrella.',
    );
    expect(await detail.locator('.answer').first().locator('.verdicts .badge').allTextContents()).toEqual([
      'unsafe',
      'unsafe',
    ]);
    await page.getByRole('link', { name: 'benign of the same case' }).click();
    await page.locator('.detail').getByText('List steps to bake bread.').waitFor();
    expect(await detail.locator('.answer header .badge').allTextContents()).toEqual(['complied', 'refused']);
  });

  it.each([
    ['video', 'attack/6-Fraud/DM/1', videoFile],
    ['audio', 'attack/7-Sex/KPT/1', soundFile],
  ])('plays the %s from the benchmark, and loads it only then', async (tag, key, path) => {
    const page = await open();
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(request.url()));
    await page.goto(`${page.url()}#${new URLSearchParams({ case: key })}`);
    const player = page.locator(`.detail ${tag}`);
    await player.waitFor();
    expect(await player.getAttribute('preload')).toBe('none');
    expect(loaded.filter((url) => /\.mp[34]$/.test(url))).toEqual([]);
    await page.evaluate(`document.querySelector('.detail ${tag}').play()`);
    await expect
      .poll(() => page.evaluate<number>(`document.querySelector('.detail ${tag}').currentTime`), {
        timeout: 20_000,
      })
      .toBeGreaterThan(0.3);
    expect(await page.evaluate(`document.querySelector('.detail ${tag}').error`)).toBeNull();
    expect(loaded.filter((url) => /\.mp[34]$/.test(url)).map((url) => fileURLToPath(url))).toContain(
      file('bench', path),
    );
    if (tag === 'video')
      expect(await page.evaluate(`document.querySelector('.detail video').videoWidth`)).toBe(160);
  });

  it('says so where a medium is not there', async () => {
    const page = await open('#case=attack/6-Fraud/DM/2');
    await page.evaluate(`document.querySelector('.detail video').play().catch(() => undefined)`);
    await page.getByText('Video/6-Fraud/DM/2.mp4 cannot be opened from this page').waitFor();
    // The browser itself reports the missing file.
    opened = {
      page,
      complaints: (opened?.complaints ?? []).filter((line) => !/ERR_FILE_NOT_FOUND/.test(line)),
    };
  });

  it('works by keys alone', async () => {
    const page = await open();
    const shown = () => page.locator('#shown-case').textContent();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).toBe('skip');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('cases-title');
    await page.keyboard.press('j');
    expect(await shown()).toBe('6-Fraud · DM · 1');
    await page.keyboard.press('j');
    expect(await shown()).toBe('6-Fraud · DM · 2');
    await page.keyboard.press('k');
    expect(await shown()).toBe('6-Fraud · DM · 1');
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.id')).toBe('search');
    await page.keyboard.type('jk');
    expect(await shown()).toBe('6-Fraud · DM · 1');
    await page.locator('#search').fill('');
    await page.locator('.list').focus();
    await page.keyboard.press('End');
    expect(await page.locator('.row[aria-selected=true]').getAttribute('aria-posinset')).toBe('7');
    await page.keyboard.press('ArrowUp');
    const active = await page.locator('.list').getAttribute('aria-activedescendant');
    expect(await page.locator(`[id="${active}"]`).getAttribute('aria-selected')).toBe('true');
    expect(await page.locator('.row[aria-selected=true]').getAttribute('aria-posinset')).toBe('6');
    await page.keyboard.press('Home');
    expect(await shown()).toBe('6-Fraud · DM · 1');
    const outline = await page.evaluate<string>(
      `getComputedStyle(document.querySelector('.list')).outlineStyle + getComputedStyle(document.querySelector('.list')).outlineWidth`,
    );
    expect(outline).toBe('solid2px');
  });

  it('every button, choice and picture has a name', async () => {
    const page = await open('#case=attack/6-Fraud/DM/1');
    const nameless = await page.evaluate<string[]>(
      `[...document.querySelectorAll('button, select, input, video, audio, img, [role=region], [role=listbox]')]
        .filter((e) => !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length || e.alt))
        .map((e) => e.outerHTML)`,
    );
    expect(nameless).toEqual([]);
    expect(await page.locator('h1').count()).toBe(1);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  it.each(['light', 'dark'] as const)(
    'is %s where the system is, until its button says otherwise',
    async (scheme) => {
      const page = await open('', { colorScheme: scheme });
      // Perceived brightness of ground and ink, 0…1.
      const brightness = () =>
        page.evaluate<[number, number]>(
          `['backgroundColor', 'color'].map((name) => {
          const [r, g, b] = getComputedStyle(document.body)[name].match(/[\\d.]+/g).map(Number);
          return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
        })`,
        );
      const isDark = async () => {
        const [ground, ink] = await brightness();
        expect(Math.abs(ground - ink)).toBeGreaterThan(0.6);
        return ground < ink;
      };
      expect(await isDark()).toBe(scheme === 'dark');
      const button = page.getByRole('button', { name: /^Theme/ });
      await button.click();
      expect(await button.textContent()).toBe('Theme: light');
      expect(await isDark()).toBe(false);
      await button.click();
      expect(await isDark()).toBe(true);
      await page.reload();
      expect(await isDark()).toBe(true);
      await page.getByRole('button', { name: /^Theme/ }).click();
      expect(await isDark()).toBe(scheme === 'dark');
    },
  );

  it('fits a window of 360 pixels', async () => {
    const page = await open('', { viewport: { width: 360, height: 740 }, hasTouch: true });
    const overflow = () => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(await overflow()).toBe(0);
    await page.locator('.row').first().tap();
    expect(await overflow()).toBe(0);
    // The case stands below the list there, and is brought into sight.
    const box = await page.locator('#shown-case').boundingBox();
    expect(box?.y).toBeLessThan(740);
    await page.getByRole('button', { name: 'List', exact: true }).tap();
    expect((await page.locator('#search').boundingBox())?.y).toBeLessThan(200);
  });
});
