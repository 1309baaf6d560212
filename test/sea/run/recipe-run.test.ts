import { existsSync, readdirSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { parseRecipe } from '@sea-align/sea';
import type { RunManifestData } from '@sea-align/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { filesBelow, holdsWhile, linesIn, temporaryFolder } from '@sea-align/e2e-support';
import { resultsOf } from '../support/run-results.js';
import { sea, startSea, type Finished } from '../support/sea.js';
import { hostile, rows, writeSmallRecipe } from '../support/small-recipe.js';

const { file } = temporaryFolder();
const run = (out: string, ...more: string[]) => ['run', file('recipe.yaml'), '--out', file(out), ...more];

let whole: Finished;
beforeAll(async () => {
  await writeSmallRecipe(file());
  whole = await sea(run('whole', '--json'));
  expect(whole.code, whole.stderr).toBe(0);
}, 240_000);

const sha256 = async (name: string) =>
  createHash('sha256')
    .update(await readFile(name))
    .digest('hex');

describe('sea run', () => {
  it('leaves every artefact, and no temporary file', () => {
    const names = filesBelow(file('whole'));
    const arms = readdirSync(file('whole', 'arms'));
    expect(arms).toHaveLength(2);
    const [dpo, sft] = arms.sort();
    for (const wanted of [
      'run.json',
      'manifest.json',
      'report.html',
      'results.json',
      'prepared/prepared.jsonl',
      'prepared/rejected.jsonl',
      'prepared/habits.json',
      'embeddings/embeddings.jsonl',
      'embeddings/embeddings-00000.safetensors',
      'embeddings/summary.json',
      'answers/base.jsonl',
      'answers/base.rates.json',
      `answers/${sft}.jsonl`,
      `answers/${dpo}.jsonl`,
      `arms/${sft}/weights/model.safetensors`,
      `arms/${sft}/loss.jsonl`,
      `arms/${dpo}/adapter/adapter_config.json`,
      `arms/${dpo}/adapter/adapter_model.safetensors`,
      `arms/${dpo}/merged/config.json`,
      `arms/${dpo}/merged/model.safetensors`,
      `arms/${dpo}/merged/tokenizer.json`,
    ]) {
      expect(names).toContain(wanted);
    }
    expect(names.filter((name) => /\.tmp$|\.partial$|checkpoint\.safetensors$/.test(name))).toEqual([]);
  });

  it('writes a complete manifest', async () => {
    const manifest = JSON.parse(await readFile(file('whole', 'manifest.json'), 'utf8')) as RunManifestData;
    expect(manifest.config).toEqual(
      JSON.parse(JSON.stringify(parseRecipe(await readFile(file('recipe.yaml'), 'utf8'), 'recipe.yaml'))),
    );
    expect(manifest.seeds).toEqual({ seed: 5, recipe: await sha256(file('recipe.yaml')) });
    expect(manifest.versions).toMatchObject({
      node: process.versions.node,
      '@sea-align/sea': expect.any(String),
    });
    expect(manifest.versions['onnxruntime-node']).toMatch(/^\d+\./);
    expect(manifest.engine).toContain('onnxruntime');
    expect(manifest.model?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(manifest.machine.cores).toBeGreaterThan(0);
    const inputs = ['recipe.yaml', 'data.jsonl', 'cases.jsonl'];
    expect(manifest.inputs).toEqual(
      await Promise.all(inputs.map(async (name) => ({ path: file(name), sha256: await sha256(file(name)) }))),
    );
    for (const name of ['prepare', 'optimize', 'align', 'evaluate']) {
      const stage = manifest.stages.find((each) => each.name === name);
      expect(stage?.seconds, name).toBeGreaterThan(0);
      expect(stage?.endedAt, name).toBeDefined();
    }
  });

  it('--json: nothing but JSON on standard output, progress on standard error', () => {
    const result = JSON.parse(whole.stdout) as {
      report: string;
      optimize: { total: number };
      arms: { arm: string }[];
    };
    expect(result.report).toBe(file('whole', 'report.html'));
    expect(result.optimize.total).toBe(rows);
    expect(result.arms.map(({ arm }) => arm)).toEqual(['base', 'SEA <SFT> & "full"', 'SEA DPO']);
    expect(whole.stderr).toMatch(/^optimize {2}\d+\/12/m);
    expect(whole.stderr).not.toContain('\u001b');
  });

  it('again with --resume: does nothing, the same bytes', async () => {
    const before = await resultsOf(file('whole'));
    const weights = filesBelow(file('whole', 'embeddings')).map((name) => file('whole', 'embeddings', name));
    const times = await Promise.all(weights.map(async (name) => (await stat(name)).mtimeMs));
    const again = await sea(run('whole', '--resume', '--json'));
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).not.toMatch(/optimize {2}|train /);
    const { optimize, ...results } = JSON.parse(again.stdout) as Record<string, unknown>;
    expect({ ...results, optimize }).toEqual(JSON.parse(whole.stdout));
    expect(await resultsOf(file('whole'))).toEqual(before);
    expect(await Promise.all(weights.map(async (name) => (await stat(name)).mtimeMs))).toEqual(times);
  }, 120_000);

  it('killed in every stage, then resumed: byte for byte what an undisturbed run gives', async () => {
    const out = (...names: string[]) => file('killed', ...names);
    const arm = (pattern: string, ...names: string[]) => {
      const folders = existsSync(out('arms')) ? readdirSync(out('arms')) : [];
      return folders.some((name) => name.includes(pattern) && existsSync(out('arms', name, ...names)));
    };
    const moments: [string, NodeJS.Signals, () => boolean][] = [
      ['preparing', 'SIGKILL', () => linesIn(out('prepared', 'prepare-log.jsonl')) > 0],
      ['optimising', 'SIGKILL', () => linesIn(out('embeddings', 'embeddings.jsonl')) > 0],
      ['optimising on', 'SIGINT', () => linesIn(out('embeddings', 'embeddings.jsonl')) > 5],
      ['evaluating', 'SIGKILL', () => linesIn(out('answers', 'base.jsonl')) > 1],
      ['aligning', 'SIGKILL', () => arm('sft', 'checkpoint.safetensors')],
      ['aligning by DPO', 'SIGTERM', () => arm('dpo', 'checkpoint.safetensors')],
    ];
    for (const [moment, signal, reached] of moments) {
      const running = startSea(run('killed', '--resume'));
      expect(await holdsWhile(running, reached), `${moment}: ${running.stderr()}`).toBe(true);
      running.child.kill(signal);
      const ended = await running.done;
      if (signal === 'SIGKILL') {
        expect(ended.signal, moment).toBe('SIGKILL');
      } else {
        expect(ended.code, `${moment}: ${ended.stderr}`).toBe(130);
        expect(ended.stderr).toContain('--resume');
        expect(ended.stderr).not.toMatch(/^\s+at /m);
      }
    }
    const last = await sea(run('killed', '--resume', '--json'));
    expect(last.code, last.stderr).toBe(0);
    expect([...(await resultsOf(file('killed')))].sort()).toEqual(
      [...(await resultsOf(file('whole')))].sort(),
    );
  }, 400_000);

  it('--dry-run checks and writes nothing', async () => {
    const dry = await sea(run('dry', '--dry-run'));
    expect(dry.code, dry.stderr).toBe(0);
    expect(dry.stdout).toContain('Nothing was written');
    expect(dry.stdout).toContain(`${rows} of ${rows} rows`);
    expect(existsSync(file('dry'))).toBe(false);
    const resumed = await sea(run('whole', '--dry-run', '--resume', '--json'));
    expect(JSON.parse(resumed.stdout)).toMatchObject({ dryRun: true, cases: 7 });
  }, 120_000);
});

describe('report.html', () => {
  let html = '';
  beforeAll(async () => {
    html = await readFile(file('whole', 'report.html'), 'utf8');
  });

  it('needs nothing from outside', () => {
    const tags = html.match(/<[a-z](?:[^>"]|"[^"]*")*>/gi) ?? [];
    const loading = /^(?:src|href|xlink:href|srcset|action|data|poster|background)$/i;
    const urls = tags.flatMap((tag) =>
      [...tag.matchAll(/([^\s"=]+)="([^"]*)"/g)].flatMap(([, name, value]) =>
        loading.test(name) ? [value] : [],
      ),
    );
    expect(urls.length).toBeGreaterThan(4);
    expect(urls.filter((url) => !url.startsWith('data:image/png;base64,'))).toEqual([]);
    expect(html).not.toMatch(/<(script|link|iframe|object|embed)\b/i);
    expect(html).not.toMatch(/@import|url\((?!['"]?data:|['"]?#)/i);
    expect(html).toContain("default-src 'none'");
  });

  it('has the table with intervals, loss curves, and pictures with answers before and after', () => {
    expect(html).toMatch(/<td[^>]*>\d+\.\d.*\[\d+\.\d, \d+\.\d\]/);
    expect(html.match(/<svg\b/g)?.length).toBe(2);
    expect(html.match(/<svg[^]*?<\/svg>/g)?.every((svg) => svg.includes('<path'))).toBe(true);
    expect(html.match(/<img alt="[^"]*" src="data:image\/png;base64,iVBOR/g)?.length).toBe(5);
    expect(html.match(/<dt>base<\/dt>/g)?.length).toBe(5);
    expect(html.match(/<dt>SEA DPO<\/dt>/g)?.length).toBe(5);
  });

  it('shows hostile text from dataset, cases and recipe as text', () => {
    expect(html).toContain('SEA &lt;SFT&gt; &amp; &quot;full&quot;');
    expect(html).toContain('texts &quot;&gt;&lt;script&gt;alert(');
    // Booleans, so that a failure does not print the whole report.
    for (const forbidden of ['<script', '<img src=x', '\u001b', '\u202e', hostile]) {
      expect(html.includes(forbidden), JSON.stringify(forbidden)).toBe(false);
    }
  });
});
