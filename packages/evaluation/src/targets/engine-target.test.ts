import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, writeSafetensors, type Engine } from '@sea-align/compute';
import { CheckpointError, ConfigError, Rng } from '@sea-align/core';
import { encodeVideo } from '@sea-align/media';
import {
  initialParameters,
  loadModel,
  mergeParameters,
  parameterShapes,
  saveAdapter,
  type MultimodalModel,
  type TrainableSpec,
} from '@sea-align/mllm';
import { captionCases, sameAnswer, tinyLlavaFolder, worldOf } from '@sea-align/tiny-models';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEngineTarget, type EngineTargetOptions } from './engine-target.js';
import type { Target, TargetReply, TargetRequest } from './target.js';

const decoding = { maxNewTokens: 300, temperature: 0 } as const;
const engineOptions = { backend: 'onnxruntime-node', device: 'cpu' } as const;
let folder = '';
let pictures: { request: TargetRequest; expected: string }[] = [];
let engine: Engine;
let llava: MultimodalModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-target-'));
  engine = await createEngine(engineOptions);
  llava = await loadModel(tinyLlavaFolder(), { engine });
  const toyCases = captionCases({ split: 'test', seed: 1, perConcept: 1, modality: 'image' }).slice(0, 6);
  pictures = await Promise.all(
    toyCases.map(async ({ id, question, scene, expected }) => {
      if (scene === undefined) throw new Error('a caption case without a picture');
      const path = join(folder, `${id}.png`);
      await writeFile(path, (await worldOf('image').file(scene, 64)).data);
      return {
        request: { key: id, question, medium: { modality: 'image', path, id: path }, decoding },
        expected,
      };
    }),
  );
});
afterAll(async () => {
  await llava.release();
  await engine.dispose();
  await rm(folder, { recursive: true });
});

async function withTarget<T>(options: EngineTargetOptions, work: (target: Target) => Promise<T>): Promise<T> {
  const target = await createEngineTarget({ engine: engineOptions, ...options });
  try {
    return await work(target);
  } finally {
    await target.close();
  }
}

/** Throws where there is no answer. */
function answerOf(reply: TargetReply): Extract<TargetReply, { answer: string }> {
  if (reply.error !== undefined) throw new Error(reply.error);
  return reply;
}

const text = (key: string, question: string, more: Partial<TargetRequest> = {}): TargetRequest => ({
  key,
  question,
  decoding,
  ...more,
});

describe('createEngineTarget with tiny-llava', () => {
  it('names what it sees, counts tokens, and costs only the case that cannot be read', async () => {
    const missing = join(folder, 'missing.png');
    const requests = [
      ...pictures.map(({ request }) => request),
      { ...pictures[0].request, key: 'missing', medium: { modality: 'image', path: missing, id: 'm' } },
      { ...pictures[0].request, key: 'video', medium: { modality: 'video', path: missing, id: 'v' } },
      text('placeholder', 'What is <image>?'),
      text('long', Array.from({ length: 300 }, () => 'kite').join(' ')),
    ] satisfies TargetRequest[];
    const replies = await withTarget({ model: 'tiny-llava' }, (target) => target.answer(requests));
    expect(replies).toHaveLength(requests.length);
    for (const [at, { expected }] of pictures.entries()) {
      const { answer, finish, tokens } = answerOf(replies[at]);
      expect(sameAnswer(answer, expected)).toBe(true);
      expect(finish).toBe('stop');
      const prompt = llava.prompt({ question: pictures[at].request.question, medium: true });
      expect(tokens).toEqual({ prompt: prompt.ids.length, answer: llava.answerIds(answer).length - 1 });
    }
    const errors = replies.slice(pictures.length).map(({ error }) => error);
    expect(errors).toEqual([
      expect.stringContaining('missing.png'),
      'The model takes image, not video.',
      expect.stringContaining('placeholder'),
      expect.stringMatching(/no positions left/),
    ]);
  });

  it('reads and encodes each medium once', async () => {
    const [{ request }] = pictures;
    await withTarget({ model: 'tiny-llava' }, async (target) => {
      const twice = [request, { ...request, key: 'again' }];
      const [first, second] = (await target.answer(twice)).map(answerOf);
      expect(second.answer).toBe(first.answer);
      const path = join(folder, 'gone.png');
      const [other] = await target.answer([{ ...request, medium: { ...request.medium!, path } }]);
      expect(answerOf(other).answer).toBe(first.answer);
    });
    // Where nothing is kept, it is read again, and is not there.
    await withTarget({ model: 'tiny-llava', maxEmbeddingBytes: 0 }, async (target) => {
      await target.answer([request]);
      const path = join(folder, 'gone.png');
      const [other] = await target.answer([{ ...request, medium: { ...request.medium!, path } }]);
      expect(other.error).toContain('gone.png');
    });
  });

  it('ends answers at the limit, and at the last position of the model', async () => {
    await withTarget({ model: 'tiny-llava' }, async (target) => {
      const [short] = await target.answer([
        text('k', 'How do I fly a kite?', { decoding: { ...decoding, maxNewTokens: 2 } }),
      ]);
      expect(answerOf(short)).toMatchObject({ finish: 'length', tokens: { answer: 2 } });
      const positions = Number(target.describe().maxPositions);
      const question = Array.from({ length: positions - 20 }, () => 'kite').join(' ');
      const [last] = (await target.answer([text('l', question)])).map(answerOf);
      const used = (last.tokens?.prompt ?? 0) + (last.tokens?.answer ?? 0);
      expect(last.finish === 'stop' || used === positions).toBe(true);
      expect(used).toBeLessThanOrEqual(positions);
    });
  });

  it('samples by seed and key, whatever stands beside it', async () => {
    const sampled = { maxNewTokens: 12, temperature: 3, seed: 5 };
    const requests = ['a', 'b', 'c'].map((key) => text(key, 'How do I fly a kite?', { decoding: sampled }));
    await withTarget({ model: 'tiny-llava' }, async (target) => {
      const together = (await target.answer(requests)).map((reply) => answerOf(reply).answer);
      expect(new Set(together).size).toBeGreaterThan(1);
      const alone = [];
      for (const request of requests.toReversed())
        alone.push(answerOf((await target.answer([request]))[0]).answer);
      expect(alone.toReversed()).toEqual(together);
      const reseeded = requests.map((request) => ({ ...request, decoding: { ...sampled, seed: 6 } }));
      expect((await target.answer(reseeded)).map((reply) => answerOf(reply).answer)).not.toEqual(together);
    });
  });

  it('estimates without loading weights, stops when told, loads again after close', async () => {
    const target = await createEngineTarget({ model: 'tiny-llava', engine: engineOptions });
    const estimate = await target.estimate([pictures[0].request]);
    expect(estimate).toMatchObject({ requests: 1, answerTokens: 300 });
    expect(estimate.promptTokens).toBeGreaterThan(llava.geometry.tokens);
    expect(target.describe()).not.toHaveProperty('modelHash');
    const stopped = target.answer([pictures[0].request], { signal: AbortSignal.abort(new Error('stop')) });
    await expect(stopped).rejects.toThrow('stop');
    const question = text('q', 'How do I fly a kite?');
    const [first] = await target.answer([question]);
    expect(target.describe()).toMatchObject({ kind: 'engine', model: 'tiny-llava', modelHash: llava.hash });
    await target.close();
    await target.close();
    const [again] = await target.answer([question]);
    expect(answerOf(again).answer).toBe(answerOf(first).answer);
    await target.close();
  });
});

describe('what sea align wrote', () => {
  const answers = async (adapter: string): Promise<string[]> =>
    withTarget({ model: tinyLlavaFolder(), adapter }, async (target) =>
      (await target.answer(pictures.map(({ request }) => request))).map((reply) => answerOf(reply).answer),
    );
  const expectedOf = async (
    overrides: Parameters<MultimodalModel['withOverrides']>[0],
  ): Promise<string[]> => {
    const model = llava.withOverrides(overrides);
    const media = await Promise.all(pictures.map(({ request }) => model.preprocess(request.medium!.path)));
    const embeddings = await model.encode(media);
    const requests = pictures.map(({ request: { question } }, at) => ({
      promptIds: model.prompt({ question, medium: true }).ids,
      embedding: embeddings[at],
      maxNewTokens: 256 - model.prompt({ question, medium: true }).ids.length,
    }));
    const generated = await model.generate(requests, { maxNewTokens: 300 });
    await model.release();
    return generated.map(({ text: answer }) => answer);
  };

  it('is laid over the model: a PEFT adapter', async () => {
    const spec: TrainableSpec = { kind: 'lora', rank: 2, alpha: 4, targets: ['q_proj', 'down_proj'] };
    const rng = new Rng('adapter');
    const parameters = initialParameters(llava, spec, rng);
    for (const [name] of parameterShapes(llava, spec)) {
      if (name.endsWith('.lora_B'))
        parameters.get(name)!.forEach((_, at, all) => (all[at] = rng.uniform() - 0.5));
    }
    const run = join(folder, 'aligned');
    await saveAdapter(join(run, 'adapter'), llava, { rank: 2, alpha: 4, parameters }, 'tiny-llava');
    const expected = await expectedOf(mergeParameters(llava, spec, parameters));
    const given = await answers(run);
    expect(given).toEqual(expected);
    expect(given).not.toEqual(pictures.map((picture) => picture.expected));
    expect(await answers(join(run, 'adapter'))).toEqual(expected);
    await withTarget({ model: 'tiny-llava', adapter: join(run, 'adapter') }, async (target) => {
      expect(target.name).toBe('tiny-llava + aligned');
      expect(target.describe()).toMatchObject({ adapter: 'aligned', adapterHash: expect.any(String) });
    });
  });

  it('is laid over the model: whole weights', async () => {
    const name = llava.weights
      .names()
      .find((each) => each.endsWith('multi_modal_projector.linear_2.weight'))!;
    const shape = llava.weights.shape(name);
    const data = new Float32Array(shape[0] * shape[1]);
    const overrides = new Map([[name, { data, shape, dtype: 'float32' as const }]]);
    const run = join(folder, 'projector');
    await mkdir(join(run, 'weights'), { recursive: true });
    await writeSafetensors(join(run, 'weights', 'model.safetensors'), overrides);
    expect(await answers(run)).toEqual(await expectedOf(overrides));
  });

  it('must be there, and a model too', async () => {
    await expect(createEngineTarget({ model: 'tiny-llava', adapter: folder })).rejects.toSatisfy(
      CheckpointError.isInstance,
    );
    await expect(createEngineTarget({ model: folder })).rejects.toThrow(/config\.json/);
    await expect(createEngineTarget({ model: 'tiny-llava', modality: 'audio' })).rejects.toSatisfy(
      ConfigError.isInstance,
    );
    await expect(createEngineTarget({ model: 'tiny-llava', batchSize: 0 })).rejects.toThrow(/batchSize/);
    const wrong = { model: 'tiny-llava', device: 'cpu' };
    await expect(createEngineTarget(wrong)).rejects.toThrow(/device/);
  });
});

describe('other families', () => {
  it('tiny-qwen2-vl takes MP4 videos and says its system prompt', async () => {
    const path = join(folder, 'clip.mp4');
    const pictures = Array.from({ length: 8 }, () => new Uint8Array(64 * 64).fill(200));
    await encodeVideo(pictures, { width: 64, height: 64, fps: 4, pixelFormat: 'gray' }, path);
    await withTarget({ model: 'tiny-qwen2-vl' }, async (target) => {
      expect(target).toMatchObject({ modalities: ['video'], systemPrompt: 'You are a helpful assistant.' });
      const medium = { modality: 'video', path, id: 'clip' } as const;
      const shown = text('shown', 'What does the video show?', { medium });
      const system = 'You are a helpful assistant.';
      const replies = await target.answer([shown, { ...shown, system }, { ...shown, system: '' }]);
      const [plain, same, bare] = replies.map(answerOf);
      expect(same).toMatchObject({ answer: plain.answer, tokens: plain.tokens });
      expect(bare.tokens?.prompt).toBeLessThan(plain.tokens?.prompt ?? 0);
    });
  });

  it('tiny-llava says that it has none; an empty one changes nothing', async () => {
    await withTarget({ model: 'tiny-llava' }, async (target) => {
      expect(target.systemPrompt).toBeUndefined();
      const question = text('q', 'How do I fly a kite?');
      const [plain, empty] = await target.answer([question, { ...question, system: '' }]);
      expect(answerOf(empty).tokens).toEqual(answerOf(plain).tokens);
    });
  });

  it('tiny-qwen2-audio hears a WAV file, and says nothing on the console', async () => {
    const warn = vi.spyOn(process.stderr, 'write');
    await withTarget({ model: 'tiny-qwen2-audio' }, async (target) => {
      const sound = worldOf('audio');
      const [toy] = captionCases({ split: 'test', seed: 1, perConcept: 1, modality: 'audio' });
      const path = join(folder, 'sound.wav');
      await writeFile(path, (await sound.file(toy.scene!)).data);
      const [heard] = await target.answer([
        text('heard', toy.question, { medium: { modality: 'audio', path, id: 'sound' } }),
      ]);
      expect(sameAnswer(answerOf(heard).answer, toy.expected)).toBe(true);
    });
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});
