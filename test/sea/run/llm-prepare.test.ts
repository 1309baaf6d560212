import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefused, filesBelow, holdsWhile, temporaryFolder } from '@sea-align/e2e-support';
import { sea, seaResult, startSea } from '../support/sea.js';
import { writeRandomLlava } from '../support/random-llava.js';

const { file } = temporaryFolder();
const key = 'sk-test-0123456789abcdef';

interface ChatBody {
  model: string;
  messages: { role: string; content: string }[];
}

/** A stand-in for a server with OpenAI's chat completions, on this machine. */
let server: Server;
let baseURL = '';
const seen: { authorization?: string; body: ChatBody }[] = [];
let status = 200;
/** Requests after so many are never answered. */
let answered = Infinity;

/** Marks up the instructions of this test as a model would. */
function answerTo(body: ChatBody): object {
  const text = body.messages.at(-1)?.content ?? '';
  const quoted = /^"(.*)"$/m.exec(text)?.[1] ?? '';
  const phrase = /^How do I (.*)\?$/.exec(quoted)?.[1];
  if (phrase === undefined) return { kind: 'none', phrase: '', detoxified: '', sentence: '' };
  return {
    kind: 'activity',
    phrase,
    detoxified: 'How do I do this activity?',
    sentence: `A person wants to ${phrase}.`,
  };
}

beforeAll(async () => {
  await writeRandomLlava(file('model'));
  const phrases = ['juggle rubber chickens', 'paint the fence pink', 'tickle a dragon', 'hide the biscuits'];
  const rows = phrases.map((phrase) => ({
    instruction: `How do I ${phrase}?`,
    response: 'I would rather not.',
  }));
  const all = [...rows, { instruction: 'Why is it so?', response: 'Who knows.' }];
  await writeFile(file('data.jsonl'), all.map((row) => `${JSON.stringify(row)}\n`).join(''));
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const body = JSON.parse(text) as ChatBody;
      seen.push({ authorization: request.headers.authorization, body });
      if (seen.length > answered) return;
      response.writeHead(status, { 'content-type': 'application/json' });
      const message = { role: 'assistant', content: JSON.stringify(answerTo(body)) };
      const reply =
        status === 200
          ? {
              id: 'c',
              object: 'chat.completion',
              choices: [{ index: 0, finish_reason: 'stop', message }],
              usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
            }
          : {
              error: {
                message: `Incorrect API key provided: ${key}`,
                type: 'invalid_request_error',
                param: null,
                code: 'invalid_api_key',
              },
            };
      setTimeout(() => response.end(JSON.stringify(reply)), 20);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const prepare = (out: string, ...more: string[]) => [
  'prepare',
  ...['--model', file('model'), '--input', file('data.jsonl'), '--out', file(out)],
  ...[
    `extractor.kind=llm`,
    'extractor.model=stand-in',
    `extractor.baseURL=${baseURL}`,
    'extractor.apiKeyEnv=SEA_TEST_KEY',
    'extractor.concurrency=1',
  ]
    .concat('extractor.price.inputPerMillion=0.5', 'extractor.price.outputPerMillion=2')
    .flatMap((setting) => ['--set', setting]),
  ...more,
];
const env = { SEA_TEST_KEY: key };

async function allText(folder: string): Promise<string> {
  return (
    await Promise.all(filesBelow(file(folder)).map((name) => readFile(file(folder, name), 'utf8')))
  ).join('\n');
}

describe('sea prepare with a language model', () => {
  it('--dry-run estimates the spend, asks nothing, needs no key, writes nothing', async () => {
    const result = await sea(prepare('dry', '--dry-run'));
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toMatch(
      /^Dry run, nothing written\. 5 of 5 rows \(sea\)\. 5 requests, 0 of them answered by the cache/,
    );
    expect(result.stdout).toMatch(/about [\d,]+ tokens in and [\d,]+ out; about 0\.00\d+ USD/);
    const { datasets } = await seaResult<{
      datasets: { estimate: { requests: number; spend: { amount: number } } }[];
    }>(prepare('dry', '--dry-run'));
    expect(datasets[0].estimate.requests).toBe(5);
    expect(seen).toEqual([]);
    expect(filesBelow(file('dry'))).toEqual([]);
  });

  it('without a key: which variable; nothing is begun', async () => {
    expectRefused(await sea(prepare('no-key')), 2, 'SEA_TEST_KEY');
    expect(seen).toEqual([]);
  });

  it('a server that refuses the key: says so without showing it', async () => {
    status = 401;
    const result = await sea(prepare('refused', '--debug'), { env });
    status = 200;
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^sea: .*401/m);
    expect(result.stderr + result.stdout + (await allText('refused'))).not.toContain(key);
    seen.length = 0;
  });

  it('prepares, killed and resumed without paying twice; the key is in no file and no output', async () => {
    answered = 3;
    const cached = () => filesBelow(file('out', 'answers')).filter((name) => name.endsWith('.json')).length;
    const running = startSea(prepare('out'), { env });
    const reached = await holdsWhile(running, () => seen.length === 4 && cached() === 3);
    expect(reached, running.stderr()).toBe(true);
    running.child.kill('SIGKILL');
    await running.done;
    answered = Infinity;
    const result = await sea(prepare('out', '--resume'), { env });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toMatch(/^4 prepared, 1 rejected \(nothing-to-show 1\)/);
    // The fourth, which had no answer yet, and the fifth.
    expect(seen).toHaveLength(4 + 2);
    expect(seen.every(({ authorization }) => authorization === `Bearer ${key}`)).toBe(true);
    const written = await allText('out');
    expect(written).toContain('juggle rubber chickens');
    expect(result.stdout + result.stderr + written).not.toContain(key);

    const asked = seen.length;
    await seaResult(prepare('out', '--resume'), { env });
    expect(seen.length).toBe(asked);
  });
});
