import { readFileSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expectRefused, filesBelow, holdsWhile, linesIn, temporaryFolder } from '@sea-align/e2e-support';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bench, benchHere, readJson, startBench } from './bench.js';
import { serveModel, type Asked, type Reply, type ServedModel } from './served-model.js';

const { file } = temporaryFolder();
const key = 'sk-test-0123456789abcdef';

let served: ServedModel;
let reply: (asked: Asked) => Reply;
/** The judge says unsafe of what is about a question with a 3 in it. */
const judgeOrAnswer = ({ model, text }: Asked): Reply =>
  model === 'm' ? {} : { text: JSON.stringify({ verdict: /case 3/.test(text) ? 'unsafe' : 'safe' }) };

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** A benchmark in the published layout: `count` cases, TYPO and KPT with a medium, two ids with a gap between them. */
async function publish(name: string, count: number, withMedia = true): Promise<void> {
  const ids = Array.from({ length: count }, (_, at) => String(at < 2 ? at : at + 1));
  const questions = (tasks: readonly string[]) =>
    Object.fromEntries(
      ids.map((id) => [id, Object.fromEntries(tasks.map((task) => [task, `${task} of case ${id}.`]))]),
    );
  await write(
    file(name, 'Video_questions', '6-Fraud.json'),
    JSON.stringify(questions(['Text_only', 'DM', 'TYPO', 'DM_TYPO'])),
  );
  await write(
    file(name, 'Audio_questions', '6-Fraud.json'),
    JSON.stringify(questions(['Text_only', 'Audio_only', 'KPT', 'KPT_noise'])),
  );
  for (const id of withMedia ? ids : []) {
    await write(file(name, 'Video', '6-Fraud', 'TYPO', `${id}.mp4`), `clip ${id}`);
    await write(file(name, 'Audio', '6-Fraud', 'KPT', `${id}.mp3`), `sound ${id}`);
  }
}

beforeAll(async () => {
  served = await serveModel((asked) => reply(asked));
  await publish('small', 3);
  await publish('many', 40, false);
  await write(file('phrases.json'), JSON.stringify({ '6-Fraud': { 0: 'fly a kite', 1: 'bake', 3: 'hum' } }));
});
afterAll(() => served.close());
beforeEach(() => {
  served.asked.length = 0;
  reply = judgeOrAnswer;
});

const judge = (...more: string[]) => [
  '--judge',
  'llm',
  '--set',
  'judge.model=j',
  '--set',
  `judge.url=${served.url}`,
  '--set',
  'judge.retries=0',
  ...more,
];
const command = (benchmark: string, out: string, ...more: string[]) => [
  ...['evaluate', '--bench', file(benchmark), '--model', 'm', '--out', file(out)],
  ...[
    '--set',
    `target.url=${served.url}`,
    '--set',
    'target.apiKeyEnv=SEA_TEST_KEY',
    '--set',
    'target.retries=0',
  ],
  ...more,
];
const env = { SEA_TEST_KEY: key };
const evaluate = (benchmark: string, out: string, ...more: string[]) =>
  benchHere(command(benchmark, out, ...more), { env });

interface Proportion {
  count: number;
  total: number;
}
interface Result {
  primaryJudge: string;
  tasks: string[];
  overall: {
    cases: number;
    asked: number;
    attack: Record<string, { asr: Proportion; judgeErrors: number; unjudged: number }>;
    understanding?: Proportion;
  };
}
interface Entry {
  key: string;
  error?: string;
}
const resultOf = (out: string) => readJson<Result>(file(out, 'result.json'));
const entriesOf = (out: string, name: string) =>
  readFileSync(file(out, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry);

describe('va-safetybench evaluate', () => {
  it('asks a served model a published benchmark, with its media, and judges every answer', async () => {
    const phrases = ['--phrases', file('phrases.json')];
    const args = command('small', 'served', ...judge(), ...phrases, '--json');
    const { code, stdout, stderr } = await bench(args, { env });
    expect(code, stderr).toBe(0);
    const { asked, result } = JSON.parse(stdout) as { asked: number; result: Result };
    // Text_only, TYPO and KPT of three cases, and what TYPO and KPT show.
    expect(asked).toBe(15);
    expect(served.questions()).toHaveLength(15);
    expect(new Set(served.questions().filter((text) => text.includes('case'))).size).toBe(9);
    expect(resultOf('served')).toEqual(result);
    expect(result.primaryJudge).toBe('llm');
    expect(result.tasks).toEqual(['Text_only', 'TYPO', 'KPT']);
    expect(result.overall.attack.llm.asr).toMatchObject({ count: 3, total: 9 });
    // The model answers none of the phrases, and refuses nothing.
    expect(result.overall.attack.phrases.asr).toMatchObject({ count: 9, total: 9 });
    expect(result.overall.understanding).toMatchObject({ count: 0, total: 6 });
    const ofTask = (task: string) => served.asked.find(({ text }) => text === `${task} of case 0.`)?.parts;
    expect(ofTask('TYPO')).toEqual(['video_url', 'text']);
    expect(ofTask('KPT')).toEqual(['input_audio', 'text']);
    expect(served.asked.find(({ model }) => model === 'm')?.body).toMatchObject({ temperature: 0 });
  });

  it('leaves the key nowhere, and says where everything came from', async () => {
    expect(served.asked).toEqual([]);
    const names = filesBelow(file('served'));
    for (const name of names) expect(readFileSync(file('served', name)).includes(key), name).toBe(false);
    expect(names).toEqual(
      expect.arrayContaining(['report.html', 'report.md', 'report.csv', 'report.json', 'result.json']),
    );
    const { config } = readJson<{ config: Record<string, unknown> }>(file('served', 'manifest.json'));
    expect(config).toMatchObject({
      bench: '../small',
      decoding: { maxNewTokens: 300, temperature: 0 },
      target: { kind: 'server', model: 'm' },
      judges: [{ name: 'llm', promptHash: expect.stringMatching(/^[0-9a-f]{64}$/) }, {}, {}],
    });
    expect(config.questionFiles).toHaveLength(2);
  });

  it('a second run asks nothing', async () => {
    const phrases = ['--phrases', file('phrases.json')];
    const { code, stdout } = await evaluate('small', 'served', ...judge(), ...phrases);
    expect(code).toBe(0);
    expect(served.asked).toEqual([]);
    expect(stdout).toContain('0 questions.');
  });

  it('killed by SIGKILL, it goes on without asking an answered question again', async () => {
    reply = (asked) => ({ ...judgeOrAnswer(asked), afterMs: 25 });
    const running = startBench(command('many', 'killed', '--concurrency', '3', ...judge()), { env });
    expect(await holdsWhile(running, () => linesIn(file('killed', 'answers.jsonl')) >= 9)).toBe(true);
    running.child.kill('SIGKILL');
    expect((await running.done).signal).toBe('SIGKILL');
    const answered = linesIn(file('killed', 'answers.jsonl'));
    const before = served.asked.length;
    reply = judgeOrAnswer;
    const { code, stderr } = await evaluate('many', 'killed', ...judge());
    expect(code, stderr).toBe(0);
    const questions = served.questions();
    // What was under way when it was killed is not known to be answered.
    expect(questions.length).toBeLessThanOrEqual(40 + 3);
    expect(new Set(questions).size).toBe(40);
    const again = served.asked.slice(before).filter(({ model }) => model === 'm');
    expect(again).toHaveLength(40 - answered);
    const keys = entriesOf('killed', 'answers.jsonl').map((entry) => entry.key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(resultOf('killed').overall.attack.llm.asr.total).toBe(40);
  });

  it('stopped by Ctrl-C, it leaves a folder that can be reported, and goes on', async () => {
    reply = (asked) => ({ ...judgeOrAnswer(asked), afterMs: 25 });
    const running = startBench(command('many', 'stopped'), { env });
    expect(await holdsWhile(running, () => linesIn(file('stopped', 'answers.jsonl')) >= 5)).toBe(true);
    running.child.kill('SIGINT');
    const { code, stderr } = await running.done;
    expect(code, stderr).toBe(130);
    expect(stderr).not.toMatch(/^\s+at /m);
    const { asked, cases, attack } = resultOf('stopped').overall;
    // The last answers may not be judged yet.
    expect([cases, attack.phrases.asr.total + attack.phrases.unjudged]).toEqual([40, asked]);
    expect(asked).toBeLessThan(40);
    expect(readFileSync(file('stopped', 'report.html'), 'utf8')).toContain('</html>');
    const again = await benchHere(['report', file('stopped')]);
    expect(again.code, again.stderr).toBe(0);
    expect((await evaluate('many', 'stopped')).code).toBe(0);
    expect(resultOf('stopped').overall.asked).toBe(40);
  });

  it('a plan says what would be asked and spent: nothing is asked, written, or needed as a key', async () => {
    const price = 'price={"inputPerMillion": 10, "outputPerMillion": 100}';
    const { code, stdout, stderr } = await benchHere(
      command('many', 'dry', '--dry-run', '--set', `target.${price}`, ...judge('--set', `judge.${price}`)),
      { env: { SEA_TEST_KEY: '' } },
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('nothing is asked, nothing written');
    expect(stdout).toMatch(/^Text_only +attack +40 to ask$/m);
    expect(stdout).toMatch(/^judge llm +40 to judge +about \d+\.\d+ USD$/m);
    // 300 tokens an answer at most: 40 x 300 x 100 / 1e6 = 1.2, and a little for the questions.
    expect(stdout).toMatch(/at most 12000 out; about 1\.2\d USD\.$/m);
    expect([served.asked, filesBelow(file('dry'))]).toEqual([[], []]);
  });

  it('keeps to --max-cost: stops before it, reports what it has, and goes on with more', async () => {
    // The stand-in counts 1000 tokens in and 100 out: 0.011 for a question; estimated at 300 out, 0.03 and a little.
    const priced = ['--set', 'target.price={"inputPerMillion": 1, "outputPerMillion": 100}'];
    const { code, stdout, stderr } = await evaluate('many', 'budget', ...priced, '--max-cost', '0.15');
    expect(code, stderr).toBe(1);
    expect(stdout).toContain('Stopped before --max-cost was passed.');
    const first = served.questions().length;
    expect(first).toBeGreaterThan(5);
    expect(first * 0.011).toBeLessThanOrEqual(0.15);
    expect(resultOf('budget').overall).toMatchObject({ cases: 40, asked: first });
    const same = await evaluate('many', 'budget', ...priced, '--max-cost', '0.15', '--json');
    expect(JSON.parse(same.stdout)).toMatchObject({ asked: 0, stopped: 'budget' });
    const rest = await evaluate('many', 'budget', ...priced, '--max-cost', '1', '--json');
    expect(rest.code, rest.stderr).toBe(0);
    const { asked, spend } = JSON.parse(rest.stdout) as { asked: number; spend: { amount: number }[] };
    expect(asked).toBe(40 - first);
    expect(spend[0].amount).toBeCloseTo(40 * 0.011);
    const unpriced = await evaluate('many', 'unpriced', '--max-cost', '1');
    expectRefused(unpriced, 2, /--max-cost needs to know the prices/, /target\.price=/);
  });

  it('one process at a time: a second one on the folder is refused, and the first loses nothing', async () => {
    let goOn = (): void => undefined;
    const when = new Promise<void>((resolve) => (goOn = resolve));
    reply = (asked) => ({ ...judgeOrAnswer(asked), ...(served.asked.length > 2 && { when }) });
    const running = startBench(command('many', 'busy', '--concurrency', '2'), { env });
    expect(await holdsWhile(running, () => linesIn(file('busy', 'answers.jsonl')) >= 2)).toBe(true);
    for (const more of [[], ['--force']]) {
      expectRefused(
        await evaluate('many', 'busy', ...more),
        2,
        /is being written by process \d+/,
        /answers\.jsonl\.lock/,
      );
    }
    const rejudging = await benchHere(['evaluate', '--rejudge', '--out', file('busy')]);
    expectRefused(rejudging, 2, /is being written by process/);
    goOn();
    const { code, stderr } = await running.done;
    expect(code, stderr).toBe(0);
    expect(served.questions()).toHaveLength(40);
    expect(resultOf('busy').overall).toMatchObject({ cases: 40, asked: 40 });
    expect(filesBelow(file('busy')).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  it('never writes over a benchmark, or deletes what is no evaluation', async () => {
    await cp(file('small'), file('precious', 'bench'), { recursive: true });
    for (const out of ['precious/bench', 'precious']) {
      const over = await evaluate('precious/bench', out, '--force');
      expectRefused(over, 2, /the benchmark is there/, /Choose another --out/);
    }
    await write(
      file('aligned', 'run.json'),
      '{"format": 1, "configHash": "h", "startedAt": "", "config": {}}',
    );
    await write(file('aligned', 'adapter', 'adapter_model.safetensors'), 'hours of work');
    expectRefused(await evaluate('small', 'aligned', '--force'), 2, /belongs to another command/);
    expect(readFileSync(file('aligned', 'adapter', 'adapter_model.safetensors'), 'utf8')).toBe(
      'hours of work',
    );
    expect(served.asked).toEqual([]);
  });

  it('a case at which the server breaks the connection costs only itself', async () => {
    reply = (asked) => (asked.text === 'Text_only of case 7.' ? { broken: true } : judgeOrAnswer(asked));
    const { code, stdout } = await evaluate('many', 'poisoned');
    expect(code).toBe(1);
    expect(stdout).toContain('1 questions got no answer');
    expect(resultOf('poisoned').overall).toMatchObject({ cases: 40, asked: 40 });
  });

  it('refuses a folder of another run, model or benchmark; --force replaces it', async () => {
    await cp(file('small'), file('changing'), { recursive: true });
    expect((await evaluate('changing', 'taken')).code).toBe(0);
    expectRefused(
      await evaluate('changing', 'taken', '--temperature', '1'),
      2,
      /differs in: decoding\.temperature/,
    );
    expectRefused(await evaluate('changing', 'taken', '--system', 'Be kind.'), 2, /differs in: system/);
    expectRefused(await evaluate('changing', 'taken', '--model', 'other'), 2, /differs in: target\.model/);
    await writeFile(file('changing', 'Video', '6-Fraud', 'TYPO', '1.mp4'), 'another clip');
    const changed = await evaluate('changing', 'taken');
    expectRefused(changed, 2, /another benchmark: attack\/6-Fraud\/TYPO\/1 changed/, /--force/);
    served.asked.length = 0;
    expect((await evaluate('changing', 'taken', '--force')).code).toBe(0);
    expect(served.questions()).toHaveLength(9);
  });

  it('asks nothing that the model cannot take, and says so', async () => {
    const video = ['--set', 'target.modalities=["video"]'];
    const { code, stdout } = await evaluate('small', 'video-only', ...video);
    expect(code).toBe(0);
    expect(stdout).toContain('Not asked: 3 cases (m takes no audio).');
    expect(served.questions()).toHaveLength(6);
    const nothing = await evaluate('small', 'nothing', ...video, '--tasks', 'KPT');
    expectRefused(nothing, 2, /m takes no audio/, /text, video/);
  });

  it('a judge error is no verdict: counted apart, and judged again by the next run', async () => {
    reply = (asked) =>
      asked.model === 'j' && /case 7/.test(asked.text) ? { text: 'Hm.' } : judgeOrAnswer(asked);
    const first = await evaluate('many', 'judging', ...judge('--set', 'judge.asks=1'));
    expect(first.code).toBe(1);
    expect(first.stdout).toContain('1 judgements failed');
    expect(resultOf('judging').overall.attack.llm).toMatchObject({ asr: { total: 39 }, judgeErrors: 1 });
    served.asked.length = 0;
    reply = judgeOrAnswer;
    expect((await evaluate('many', 'judging', ...judge('--set', 'judge.asks=1'))).code).toBe(0);
    expect(served.asked.map(({ model }) => model)).toEqual(['j']);
    expect(resultOf('judging').overall.attack.llm).toMatchObject({ asr: { total: 40 }, judgeErrors: 0 });
  });

  it('--rejudge has other judges judge what is there: no question, no model, no benchmark', async () => {
    await cp(file('many'), file('gone'), { recursive: true });
    expect((await evaluate('gone', 'rejudged')).code).toBe(0);
    await rm(file('gone'), { recursive: true });
    served.asked.length = 0;
    const { code, stdout, stderr } = await benchHere(
      [
        'evaluate',
        '--rejudge',
        '--out',
        file('rejudged'),
        ...judge('--judge', 'llm-with-question', '--json'),
      ],
      { env: { SEA_TEST_KEY: '' } },
    );
    expect(code, stderr).toBe(0);
    expect([served.questions().length, served.asked.length]).toEqual([0, 80]);
    const { result } = JSON.parse(stdout) as { result: Result & { agreement: { a: string; b: string }[] } };
    expect(Object.keys(result.overall.attack).sort()).toEqual(['llm', 'llm-with-question', 'phrases']);
    expect(result.primaryJudge).toBe('llm');
    expect(result.agreement).toHaveLength(3);
  });

  it('judges by a prompt of yours, word for word', async () => {
    expect((await evaluate('small', 'own-prompt', '--tasks', 'Text_only')).code).toBe(0);
    await write(file('prompt.txt'), 'Safe or unsafe?\nAnswer: {prediction}\n Your output: ');
    served.asked.length = 0;
    reply = () => ({ text: 'unsafe' });
    const rejudge = (...more: string[]) =>
      benchHere(['evaluate', '--rejudge', '--out', file('own-prompt'), ...judge(...more)]);
    const own = await rejudge('--set', `judge.promptFile=${file('prompt.txt')}`);
    expect(own.code, own.stderr).toBe(0);
    expect(served.asked.map(({ text }) => text).sort()).toEqual(
      ['0', '1', '3'].map((id) => `Safe or unsafe?\nAnswer: About: Text_only of case ${id}.\n Your output: `),
    );
    expect(resultOf('own-prompt').overall.attack.llm.asr).toMatchObject({ count: 3, total: 3 });
    const missing = await rejudge('--set', `judge.promptFile=${file('none.txt')}`);
    expectRefused(missing, 2, /promptFile/, /cannot be read/);
    await write(file('prompt.txt'), 'Safe or unsafe?');
    expectRefused(
      await rejudge('--set', `judge.promptFile=${file('prompt.txt')}`),
      2,
      /must hold \{answer\}/,
    );
  });

  it('shards, put into one folder, are the whole run', async () => {
    for (const shard of ['1/2', '2/2']) {
      const { code, stderr } = await evaluate('many', `part-${shard[0]}`, '--shard', shard);
      expect(code, stderr).toBe(0);
    }
    expect(served.questions()).toHaveLength(40);
    expect(resultOf('part-1').overall).toMatchObject({ cases: 40, asked: 20 });
    await cp(file('part-1'), file('joined'), { recursive: true });
    await cp(file('part-2'), file('joined'), { recursive: true });
    const whole = await evaluate('many', 'joined');
    expect(whole.code, whole.stderr).toBe(0);
    expect(served.questions()).toHaveLength(40);
    expect(resultOf('joined').overall).toMatchObject({ cases: 40, asked: 40 });
  });
});

it('a command can be asked, and can judge', async () => {
  // Says what it was shown; the judge calls what it was shown a clip of unsafe.
  const model =
    "let t='';process.stdin.on('data',c=>t+=c).on('end',()=>{const {question,medium}=JSON.parse(t);" +
    "console.log(JSON.stringify({answer:question+' '+(medium?.modality??'nothing')}))})";
  const says =
    "let t='';process.stdin.on('data',c=>t+=c).on('end',()=>console.log(/video$/.test(JSON.parse(t).answer)?'unsafe':'safe'))";
  const words = (code: string) => JSON.stringify([process.execPath, '-e', code]);
  const { code, stderr } = await benchHere([
    ...['evaluate', '--bench', file('small'), '--out', file('command'), '--name', 'echo'],
    ...[
      '--set',
      `target.command=${words(model)}`,
      '--judge',
      'command',
      '--set',
      `judge.command=${words(says)}`,
    ],
  ]);
  expect(code, stderr).toBe(0);
  const { overall, primaryJudge } = resultOf('command');
  expect(primaryJudge).toBe('command');
  expect(overall.attack.command.asr).toMatchObject({ count: 3, total: 9 });
});

it('labels by hand go out as a sheet and come back as a judge; results go out and in again', async () => {
  expect((await evaluate('small', 'labelled')).code).toBe(0);
  const sheet = file('labels.csv');
  const out = await benchHere(['labels', 'export', file('labelled'), '--out', sheet, '--limit', '5']);
  expect(out.code, out.stderr).toBe(0);
  const text = readFileSync(sheet, 'utf8');
  expectRefused(
    await benchHere(['labels', 'export', file('labelled'), '--out', sheet]),
    2,
    /may be filled in/,
  );
  await writeFile(sheet, text.replaceAll('"safe / unsafe",""', '"safe / unsafe","unsafe"'));
  const back = await benchHere(['labels', 'import', file('labelled'), sheet, '--labeller', 'anna']);
  expect(back.code, back.stderr).toBe(0);
  const { attack } = resultOf('labelled').overall;
  expect(attack['human:anna'].asr).toMatchObject({ count: 5, total: 5 });

  const published = await benchHere(['export-results', file('labelled'), '--out', file('published')]);
  expect(published.code, published.stderr).toBe(0);
  expect(readJson<unknown[]>(file('published', 'video', '6-Fraud_TYPO.json'))).toHaveLength(3);
  const imported = await benchHere([
    ...['import-results', file('published', 'audio'), '--bench', file('small'), '--out', file('imported')],
  ]);
  expect(imported.code, imported.stderr).toBe(0);
  expect(resultOf('imported').overall.attack['published:gpt'].asr).toMatchObject({ count: 6, total: 6 });
  const compared = await benchHere(['report', file('labelled'), file('imported'), '--out', file('compared')]);
  expect(compared.code, compared.stderr).toBe(0);
});

describe('wrong input to evaluate', () => {
  it.each([
    ['no benchmark', ['--bench', '/nowhere'], /no such folder/],
    ['a folder that is none', ['--bench', '/'], /is no benchmark/],
    ['a task that is none', ['--tasks', 'Smell'], /--tasks: "Smell"/],
    ['a role that is none', ['--roles', 'villain'], /--roles: "villain"/],
    ['a scenario that is none', ['--scenarios', '42'], /"42" is no scenario/],
    ['a judge that is none', ['--judge', 'me'], /there is no such judge/],
    ['a judge without model', ['--judge', 'llm'], /has no model/],
    ['two judges of one name', ['--judge', 'phrases', '--judge', 'phrases'], /two judges are called phrases/],
    ['a judge under the name of another', ['--judge', 'llm:phrases'], /name of the judge by refusal phrases/],
    ['a setting of nobody', ['--set', 'speech.voice=slt'], /speech: unknown key/],
    ['a setting that the target does not have', ['--set', 'target.colour=red'], /colour/],
    ['a setting for no judge', ['--set', 'judge.model=j'], /phrases has no settings/],
    ['a key in place of its name', ['--set', 'target.apiKeyEnv=sk-abcdef'], /NAME of an environment/],
    ['an adapter over a server', ['--adapter', 'x'], /--adapter goes with/],
    ['a shard that is none', ['--shard', '3/2'], /shard/],
    ['no rate at all', ['--requests-per-minute', '0'], /requests-per-minute/],
  ])('%s: exit code 2, nothing written or asked', async (_, args, says) => {
    const result = await benchHere(command('small', 'wrong', ...args), { env });
    expectRefused(result, 2, says);
    expect(result.stderr).not.toContain('sk-abcdef');
    expect([served.asked, filesBelow(file('wrong'))]).toEqual([[], []]);
  });

  it('a setting that the engine does not have; a folder that is none', async () => {
    const local = ['evaluate', '--bench', file('small'), '--out', file('wrong')];
    const setting = await benchHere([...local, '--model', 'tiny-qwen2-vl', '--set', 'target.colour=red']);
    expectRefused(setting, 2, /target\.colour/);
    expectRefused(await benchHere([...local, '--model', 'gpt-x']), 2, /no such folder/, /target\.url/);
    expectRefused(await benchHere([...local, '--model', file('small')]), 2, /config\.json/);
    expect(filesBelow(file('wrong'))).toEqual([]);
  });

  it('question files that are none are named with their line', async () => {
    await write(file('broken', 'Video_questions', '6-Fraud.json'), '{\n"0": {"Text_only": 7}\n}');
    expectRefused(await evaluate('broken', 'wrong'), 2, /6-Fraud\.json:2/, /must be a text/);
    await write(file('broken', 'Video_questions', '6-Fraud.json'), '{\n"../../x": {"Text_only": "Hi."}\n}');
    expectRefused(await evaluate('broken', 'wrong'), 2, /No case of the benchmark/);
  });

  it('a missing key is said by name', async () => {
    const result = await benchHere(command('small', 'no-key'), { env: { SEA_TEST_KEY: '' } });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('The environment variable SEA_TEST_KEY is not set.');
    expect([served.asked, filesBelow(file('no-key'))]).toEqual([[], []]);
  });
});
