import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '@sea-align/compute';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../load-model.js';
import type { MultimodalModel } from '../multimodal-model.js';
import { audioFixtures, fixtureSound, readExpected } from '../testing/audio.fixture.js';
import { nodeEngine, temporaryFolder } from '../testing/checkpoint.fixture.js';

const { prompts, templates } = readExpected();
const temporary = temporaryFolder();
const folder = join(audioFixtures, 'model');
const bare = join(temporary.folder, 'bare');
cpSync(folder, bare, { recursive: true });
rmSync(join(bare, 'chat_template.jinja'));
rmSync(join(bare, 'preprocessor_config.json'));

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine();
});
afterAll(async () => {
  await engine.dispose();
  temporary.remove();
});

describe.each([
  ['with chat template and preprocessor config', folder],
  ['without them: the processor’s default template, a window of the tower’s length', bare],
])('prompts %s', (_what, path) => {
  let model: MultimodalModel;
  beforeAll(async () => {
    model = await loadModel(path, { engine });
  });
  afterAll(() => model.release());

  it.each(prompts)("'$question' has the token ids of HF's processor", async (expected) => {
    const { question, system, sound } = expected;
    const heard =
      sound && (await model.preprocess({ samples: fixtureSound(...sound), sampleRate: 16000 })).geometry;
    const { ids, mediumAt } = model.prompt({
      question,
      medium: heard ?? false,
      ...(system === null ? {} : { system }),
    });
    expect(ids).toEqual(expected.ids);
    expect(mediumAt).toBe(expected.ids.indexOf(heard?.placeholderId ?? -1));
    expect(ids.filter((id) => id === heard?.placeholderId)).toHaveLength(heard?.tokens ?? 0);
    expect(model.answerIds(expected.answer)).toEqual(expected.answerIds);
  });
});

describe('a template that leaves <|AUDIO|> bare', () => {
  it.each(templates)('$name: what the processor adds around it', async ({ name, template, ...turn }) => {
    const { question, sound, ids } = turn;
    const changed = join(temporary.folder, name);
    cpSync(folder, changed, { recursive: true });
    writeFileSync(join(changed, 'chat_template.jinja'), template);
    const model = await loadModel(changed, { engine });
    try {
      const heard = await model.preprocess({ samples: fixtureSound(...sound), sampleRate: 16000 });
      expect(model.prompt({ question, medium: heard.geometry }).ids).toEqual(ids);
    } finally {
      await model.release();
    }
  });
});

it('every kind of turn is compared', () => {
  expect(prompts).toHaveLength(5);
  expect(templates.map(({ name }) => name)).toEqual(['bare', 'begin_only', 'end_only']);
});
