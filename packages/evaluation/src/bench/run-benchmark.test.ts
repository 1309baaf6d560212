import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Spend } from '@sea-align/chat';
import { ChatError, SeaError, sha256 } from '@sea-align/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BenchJudge } from '../judges/bench-judge.js';
import type { Target, TargetReply, TargetRequest } from '../targets/target.js';
import { planEvaluation } from './plan-evaluation.js';
import { caseKey, type BenchCase } from './records.js';
import { runBenchmark, type RunBenchmarkOptions } from './run-benchmark.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sea-bench-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const decoding = { maxNewTokens: 300, temperature: 0 };

function casesOf(count: number, role: BenchCase['role'] = 'attack'): BenchCase[] {
  return Array.from({ length: count }, (_, at) => {
    const place = { role, scenario: '6-Fraud', task: 'Text_only', id: String(at) };
    return { key: caseKey(place), ...place, question: `question ${at}` };
  });
}

interface FakeTarget extends Target {
  readonly asked: string[];
  most: number;
}

/** Answers `about <question>`; `reply` may say otherwise. */
function fakeTarget(
  reply: (request: TargetRequest) => TargetReply | Promise<TargetReply> = ({ question }) => ({
    answer: `about ${question}`,
    latencyMs: 1,
  }),
  { batchSize = 1, concurrency = 1, price = 0 } = {},
): FakeTarget {
  const asked: string[] = [];
  let [now, spent] = [0, 0];
  const money = (amount: number): Spend | undefined =>
    price === 0 ? undefined : { amount, currency: 'USD' };
  const target: FakeTarget = {
    name: 'fake',
    modalities: [],
    batchSize,
    concurrency,
    asked,
    most: 0,
    describe: () => ({ kind: 'fake' }),
    estimate: (requests) =>
      Promise.resolve({ requests: requests.length, spend: money(price * requests.length), note: '' }),
    answer: async (requests) => {
      now += 1;
      target.most = Math.max(target.most, now);
      asked.push(...requests.map(({ key }) => key));
      spent += price * requests.length;
      await new Promise((resolve) => setImmediate(resolve));
      try {
        return await Promise.all(requests.map(reply));
      } finally {
        now -= 1;
      }
    },
    spend: () => money(spent),
    close: () => Promise.resolve(),
  };
  return target;
}

interface FakeJudge extends BenchJudge {
  readonly judged: string[];
}

function fakeJudge(
  name: string,
  verdict: (key: string) => 'safe' | 'unsafe' | Error = () => 'safe',
  { promptHash = 'p', price = 0 } = {},
): FakeJudge {
  const judged: string[] = [];
  const money = (amount: number): Spend | undefined =>
    price === 0 ? undefined : { amount, currency: 'USD' };
  return {
    name,
    promptHash,
    roles: ['attack'],
    concurrency: 2,
    judged,
    describe: () => ({}),
    estimate: (items) =>
      Promise.resolve({ requests: items.length, spend: money(price * items.length), note: '' }),
    judge: async ({ key }) => {
      judged.push(key);
      await new Promise((resolve) => setImmediate(resolve));
      const said = verdict(key);
      if (said instanceof Error) throw said;
      return { verdict: said, latencyMs: 1 };
    },
    spend: () => money(price * judged.length),
    close: () => Promise.resolve(),
  };
}

const run = (options: Partial<RunBenchmarkOptions>) =>
  runBenchmark({
    cases: casesOf(10),
    judges: [],
    folder,
    benchFolder: folder,
    decoding,
    identity: 'fake',
    ...options,
  });

const refusedToJudge = new ChatError('no verdict in it', {
  code: 'SEA_CHAT_INVALID',
  details: { lastAnswer: 'Hm.' },
});

describe('runBenchmark', () => {
  it('asks every case once, in batches, and has every answer judged by every judge', async () => {
    const target = fakeTarget(undefined, { batchSize: 4 });
    const judges = [fakeJudge('a'), fakeJudge('b', (key) => (key.endsWith('3') ? 'unsafe' : 'safe'))];
    const result = await run({ target, judges });
    expect(target.asked).toEqual(casesOf(10).map(({ key }) => key));
    expect(result).toMatchObject({ asked: 10, answerErrors: 0, judgeErrors: 0 });
    expect(result.answers.map(({ answer }) => answer)[7]).toBe('about question 7');
    expect(result.verdicts).toHaveLength(20);
    const unsafe = result.verdicts.filter(({ verdict }) => verdict === 'unsafe');
    expect(unsafe.map(({ key, judge }) => [key, judge])).toEqual([['attack/6-Fraud/Text_only/3', 'b']]);
  });

  it('a second run asks and judges nothing; with another judge it judges only', async () => {
    const judge = fakeJudge('a');
    await run({ target: fakeTarget(), judges: [judge] });
    const [target, second] = [fakeTarget(), fakeJudge('b')];
    const result = await run({ target, judges: [judge, second] });
    expect([target.asked.length, judge.judged.length, second.judged.length]).toEqual([0, 10, 10]);
    expect(result.verdicts).toHaveLength(20);
  });

  it('without a target only the answers that there are get judged', async () => {
    await run({ cases: casesOf(4), target: fakeTarget() });
    const judge = fakeJudge('a');
    const result = await run({ judges: [judge] });
    expect(result).toMatchObject({ asked: 0 });
    expect([judge.judged.length, result.answers.length, result.verdicts.length]).toEqual([4, 4, 4]);
  });

  it('a judge with another prompt judges anew, and only its new verdicts count', async () => {
    await run({ target: fakeTarget(), judges: [fakeJudge('a', () => 'unsafe')] });
    const result = await run({ judges: [fakeJudge('a', () => 'safe', { promptHash: 'q' })] });
    expect(result.verdicts.map(({ verdict }) => verdict)).toEqual(Array(10).fill('safe'));
  });

  it('a failed answer is an error, not judged, and asked again by the next run, last', async () => {
    const failing = fakeTarget(({ key, question }) =>
      key.endsWith('2') ? { error: 'overloaded', latencyMs: 1 } : { answer: question, latencyMs: 1 },
    );
    const judge = fakeJudge('a');
    const first = await run({ cases: casesOf(5), target: failing, judges: [judge] });
    expect(first).toMatchObject({ asked: 5, answerErrors: 1 });
    expect(judge.judged).toHaveLength(4);
    const target = fakeTarget();
    const second = await run({ target, judges: [judge] });
    expect(target.asked.map((key) => key.at(-1))).toEqual(['5', '6', '7', '8', '9', '2']);
    expect(second.answerErrors).toBe(0);
    expect(second.verdicts).toHaveLength(10);
  });

  it('a judge error is no verdict; the next run asks the judge again, and nobody else', async () => {
    const target = fakeTarget();
    const good = fakeJudge('good');
    const first = await run({
      target,
      judges: [good, fakeJudge('bad', (key) => (key.endsWith('2') ? refusedToJudge : 'safe'))],
    });
    expect(first.judgeErrors).toBe(1);
    const failed = first.verdicts.filter(({ error }) => error !== undefined);
    // With what the judge said, for people to read.
    expect(failed).toEqual([
      expect.objectContaining({ judge: 'bad', error: 'no verdict in it', raw: 'Hm.' }),
    ]);
    expect(failed[0]).not.toHaveProperty('verdict');
    const again = fakeJudge('bad');
    const second = await run({ target: fakeTarget(), judges: [good, again] });
    expect(again.judged).toEqual(['attack/6-Fraud/Text_only/2']);
    expect(second.verdicts.every(({ verdict }) => verdict === 'safe')).toBe(true);
  });

  it('stores with every answer what it depends on', async () => {
    const medium = { modality: 'video', path: 'Video/a.mp4', sha256: 'hash of the clip' } as const;
    const [item] = casesOf(1);
    const target = { ...fakeTarget(), systemPrompt: 'Be kind.' };
    const { answers } = await run({ cases: [{ ...item, medium }], target });
    expect(answers[0]).toMatchObject({
      inputHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      inputHashes: {
        question: sha256(item.question),
        medium: medium.sha256,
        system: sha256('Be kind.'),
      },
      decoding,
    });
  });

  it('keeps to the concurrency given', async () => {
    const target = fakeTarget(undefined, { concurrency: 8 });
    await run({ cases: casesOf(40), target, concurrency: 3 });
    expect(target.most).toBe(3);
  });

  it('judges no role that a judge does not have', async () => {
    const judge = fakeJudge('a');
    const result = await run({ cases: casesOf(3, 'benign'), target: fakeTarget(), judges: [judge] });
    expect([judge.judged, result.verdicts]).toEqual([[], []]);
  });

  it('reports progress up to the number of cases', async () => {
    const seen: number[] = [];
    await run({ cases: casesOf(3), target: fakeTarget() });
    await run({
      target: fakeTarget(),
      judges: [fakeJudge('a')],
      onProgress: ({ done, total }) => seen.push(done / total),
    });
    // Three answers of the first run were waiting for their judge.
    expect(seen.sort()).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  });
});

describe('what ends a run', () => {
  it('a fault of the whole target: what was answered is kept', async () => {
    let left = 4;
    const target = fakeTarget(({ question }) => {
      if (left-- === 0) throw new SeaError('the key was refused');
      return { answer: question, latencyMs: 1 };
    });
    await expect(run({ target })).rejects.toThrow('the key was refused');
    const next = fakeTarget();
    await run({ target: next });
    expect(next.asked).toHaveLength(6);
  });

  it('a fault of the whole judge', async () => {
    const refused = new ChatError('the key is refused', { code: 'SEA_CHAT_UNAUTHORIZED' });
    const target = fakeTarget();
    const judges = [fakeJudge('a', () => refused)];
    await expect(run({ cases: casesOf(100), target, judges })).rejects.toThrow('the key is refused');
    expect(target.asked.length).toBeLessThan(10);
  });

  it('a judge that fails: questions that wait for their turn are not asked any more', async () => {
    const refused = new ChatError('the key is refused', { code: 'SEA_CHAT_UNAUTHORIZED' });
    const target = fakeTarget(undefined, { concurrency: 2 });
    // The second question waits for a second, in which the judge fails.
    const judging = run({ target, judges: [fakeJudge('a', () => refused)], requestsPerMinute: 60 });
    await expect(judging).rejects.toThrow('the key is refused');
    expect(target.asked).toHaveLength(1);
  });

  const gone = new ChatError('the server is gone', { code: 'SEA_CHAT_NETWORK' });

  it('a server that is gone, at the third request', async () => {
    const target = fakeTarget(() => ({ error: 'the server is gone', outage: true, latencyMs: 1 }));
    const asking = run({ cases: casesOf(50), target });
    await expect(asking).rejects.toThrow('The target fake failed 3 times in a row; last: the server is gone');
    expect(target.asked).toHaveLength(3);
    const answering = fakeTarget();
    const judges = [fakeJudge('a', () => gone)];
    const judging = run({ cases: casesOf(100), target: answering, judges });
    await expect(judging).rejects.toThrow('The judge a failed 3 times in a row; last: the server is gone');
    expect(answering.asked.length).toBeLessThan(15);
  });

  it('not a connection that breaks at one and the same case, asked or judged', async () => {
    const target = fakeTarget(({ key, question }) =>
      key.endsWith('/2')
        ? { error: 'connection reset', outage: true, latencyMs: 1 }
        : { answer: question, latencyMs: 1 },
    );
    const judge = fakeJudge('a', (key) => (key.endsWith('/5') ? gone : 'safe'));
    const result = await run({ target, judges: [judge] });
    expect([target.asked.length, result.answerErrors, result.judgeErrors]).toEqual([10, 1, 1]);
    expect(result.verdicts.filter(({ verdict }) => verdict !== undefined)).toHaveLength(8);
  });

  it('nothing but errors', async () => {
    const target = fakeTarget(() => ({ error: 'overloaded', latencyMs: 1 }));
    const failing = run({ cases: casesOf(50), target, maxFailuresInRow: 7 });
    await expect(failing).rejects.toThrow('The target fake failed 7 times in a row; last: overloaded');
    expect(target.asked).toHaveLength(7);
    const judge = fakeJudge('a', () => refusedToJudge);
    const judging = run({ cases: casesOf(50), target: fakeTarget(), judges: [judge], maxFailuresInRow: 7 });
    await expect(judging).rejects.toThrow('The judge a failed 7 times in a row; last: no verdict in it');
  });

  it('an interrupt: what was answered is kept and judged by the next run', async () => {
    const interrupt = new AbortController();
    const target = fakeTarget(({ key, question }) => {
      if (key.endsWith('3')) interrupt.abort();
      return { answer: question, latencyMs: 1 };
    });
    const judge = fakeJudge('a');
    await expect(run({ target, judges: [judge], signal: interrupt.signal })).rejects.toThrow(/abort/i);
    const next = fakeTarget();
    const result = await run({ target: next, judges: [judge] });
    expect(new Set([...target.asked, ...next.asked]).size).toBe(10);
    expect(target.asked.length + next.asked.length).toBe(10);
    expect(result.verdicts).toHaveLength(10);
  });

  it('a target that turns out to be another one: nothing is stored', async () => {
    const target = fakeTarget();
    const other = run({ target, onTargetReady: () => Promise.reject(new SeaError('other weights')) });
    await expect(other).rejects.toThrow('other weights');
    expect(await readFile(join(folder, 'answers.jsonl'), 'utf8')).toBe('');
  });

  it('a log of another run in its place', async () => {
    await run({ cases: casesOf(2), target: fakeTarget() });
    const other = run({ target: fakeTarget(), identity: 'another model' });
    await expect(other).rejects.toMatchObject({ code: 'SEA_RUN_FOLDER_CONFIG', exitCode: 2 });
  });
});

describe('the logs', () => {
  it('a half-written last line is cut off, and its case asked again', async () => {
    await run({ cases: casesOf(3), target: fakeTarget() });
    const file = join(folder, 'answers.jsonl');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.slice(0, -30));
    const target = fakeTarget();
    const result = await run({ cases: casesOf(3), target });
    expect(target.asked).toEqual(['attack/6-Fraud/Text_only/2']);
    expect(result.answers).toHaveLength(3);
  });

  it('shards have logs of their own; a run of the whole finds them all', async () => {
    const cases = casesOf(6);
    const odd = cases.filter((_, at) => at % 2 === 1);
    const judge = fakeJudge('a');
    await run({ cases: odd, shard: '2/2', target: fakeTarget(), judges: [judge] });
    await run({
      cases: cases.filter((_, at) => at % 2 === 0),
      shard: '1/2',
      target: fakeTarget(),
      judges: [judge],
    });
    const target = fakeTarget();
    const result = await run({ cases, target, judges: [judge] });
    expect([target.asked.length, judge.judged.length]).toEqual([0, 6]);
    expect(result.verdicts).toHaveLength(6);
  });
});

describe('a budget', () => {
  it('stops before it is passed; a higher one goes on where it stopped, over sessions', async () => {
    const price = 0.1;
    const cheap = fakeTarget(undefined, { price, concurrency: 3 });
    const first = await run({ target: cheap, maxCost: 0.45 });
    expect(first.stopped).toBe('budget');
    expect(cheap.asked).toHaveLength(4);
    expect(first.spend).toEqual([{ amount: expect.closeTo(0.4), currency: 'USD' }]);
    const same = fakeTarget(undefined, { price });
    expect((await run({ target: same, maxCost: 0.45 })).stopped).toBe('budget');
    expect(same.asked).toEqual([]);
    const rest = fakeTarget(undefined, { price });
    const second = await run({ target: rest, maxCost: 1.01 });
    expect(second.stopped).toBeUndefined();
    expect(rest.asked).toHaveLength(6);
    expect(second.spend).toEqual([{ amount: expect.closeTo(1), currency: 'USD' }]);
  });

  it('counts judges in, and what was asked is judged by those that cost nothing', async () => {
    const target = fakeTarget(undefined, { price: 0.1 });
    const free = fakeJudge('free');
    const result = await run({
      target,
      judges: [fakeJudge('dear', undefined, { price: 0.1 }), free],
      maxCost: 0.65,
    });
    expect(result.stopped).toBe('budget');
    expect(result.spend[0].amount).toBeLessThanOrEqual(0.65);
    expect(free.judged).toEqual(target.asked);
    const dear = result.verdicts.filter(({ judge }) => judge === 'dear');
    // Judged as it goes along, not when everything was spent on questions.
    expect(dear.length).toBeGreaterThan(0);
  });

  it('does not add up two currencies', async () => {
    const target = fakeTarget(undefined, { price: 0.1 });
    const judge = { ...fakeJudge('a'), spend: () => ({ amount: 1, currency: 'EUR' }) };
    await expect(run({ target, judges: [judge], maxCost: 5 })).rejects.toThrow(/EUR|USD/);
  });
});

describe('planEvaluation', () => {
  const plan = (options: Partial<RunBenchmarkOptions>) =>
    planEvaluation({
      cases: casesOf(10),
      judges: [],
      folder,
      benchFolder: folder,
      decoding,
      identity: 'fake',
      ...options,
    });

  it('counts what is left to ask and to judge, and spends nothing', async () => {
    const priced = { price: 0.1 };
    const judge = fakeJudge('a', undefined, priced);
    await run({ cases: casesOf(4), target: fakeTarget(), judges: [] });
    const target = fakeTarget(undefined, priced);
    const found = await plan({ target, judges: [judge] });
    expect(found.tasks).toEqual([{ role: 'attack', task: 'Text_only', cases: 10, toAsk: 6 }]);
    expect(found.target?.spend?.amount).toBeCloseTo(0.6);
    expect(found.judges).toMatchObject([{ name: 'a', toJudge: 10 }]);
    expect([target.asked, judge.judged]).toEqual([[], []]);
    expect((await plan({ judges: [judge] })).judges).toMatchObject([{ toJudge: 4 }]);
  });

  it('needs no folder', async () => {
    const found = await plan({ target: fakeTarget(), folder: join(folder, 'nowhere') });
    expect(found.tasks[0].toAsk).toBe(10);
  });
});
