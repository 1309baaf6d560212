import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createOfflineChat, createOpenAIChat } from '@sea-align/chat';
import { Rng } from '@sea-align/core';
import { describe, expect, it } from 'vitest';

import { describeScene, sceneRequest } from './scene-description.js';
import { sceneExamples } from './scene-examples.js';

const task = { phrase: 'ride a "horse"\nnow', kind: 'activity' as const, rng: new Rng(3) };
const scene = 'A rider in a green hat trots across a meadow. The camera follows from the side.';

describe('sceneRequest', () => {
  it('shows two different examples of the five, the same for the same seed', () => {
    const pairs = Array.from({ length: 200 }, (_, id) => {
      const { user } = sceneRequest({ ...task, rng: new Rng(1).fork(id) });
      return sceneExamples.filter(({ scene: each }) => user.includes(each)).map(({ phrase }) => phrase);
    });
    expect(pairs.every((pair) => pair.length === 2)).toBe(true);
    expect(new Set(pairs.map((pair) => pair.join())).size).toBe(10);
    expect(sceneRequest(task).user).toBe(sceneRequest({ ...task, rng: new Rng(3) }).user);
  });

  it('quotes the phrase as data, cut where it is endless', () => {
    expect(sceneRequest(task).user.endsWith('Phrase of an activity: "ride a \\"horse\\"\\nnow"')).toBe(true);
    expect(sceneRequest({ ...task, phrase: 'x'.repeat(10_000) }).user.length).toBeLessThan(1500);
  });
});

describe('describeScene', () => {
  it('takes what the model writes, on one line, and says who wrote it after which examples', async () => {
    const chat = createOfflineChat(
      { 'scene-description': () => ({ scene: scene.replace('. ', '.\n') }) },
      { name: 'stub' },
    );
    const found = await describeScene({ ...task, chat });
    expect(found).toMatchObject({ scene, source: 'llm', writer: expect.stringContaining('stub') });
    for (const phrase of found.examples) expect(sceneRequest(task).user).toContain(JSON.stringify(phrase));
    expect(found.examples).toHaveLength(2);
  });

  it('asks again for markup and for too little, and passes a refusal on', async () => {
    const replies = [
      '{"scene": "no"}',
      '{"scene": "<b>A horse runs over the wide green meadow</b>"}',
      JSON.stringify({ scene }),
    ];
    const server = createServer((incoming, outgoing) => {
      incoming.resume();
      const content = replies.shift();
      const message = content === undefined ? { content: null, refusal: 'I will not.' } : { content };
      outgoing.setHeader('content-type', 'application/json');
      outgoing.end(JSON.stringify({ choices: [{ finish_reason: 'stop', message }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const chat = createOpenAIChat({ baseURL: `http://127.0.0.1:${port}/v1`, model: 'x' });
    try {
      expect((await describeScene({ ...task, chat })).scene).toBe(scene);
      expect(chat.usage().reasked).toBe(2);
      await expect(describeScene({ ...task, chat })).rejects.toMatchObject({ code: 'SEA_CHAT_REFUSED' });
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it('without a model fills a template, and says so', async () => {
    const found = await describeScene(task);
    expect(found).toMatchObject({ source: 'template', writer: 'template', examples: [] });
    expect(found.scene).toMatch(
      /^A realistic video of this activity: ride a "horse" now\. It is shown .+\. The camera .+\.$/,
    );
    expect(await describeScene({ ...task, rng: new Rng(3) })).toEqual(found);
    const product = await describeScene({
      phrase: `a lamp${'p'.repeat(9999)}`,
      kind: 'product',
      rng: new Rng(1),
    });
    expect(product.scene).toMatch(/^A realistic video of this product: a lamp/);
    expect(product.scene.length).toBeLessThan(400);
  });
});
