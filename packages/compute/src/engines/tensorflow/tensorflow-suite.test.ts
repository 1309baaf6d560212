import { expect, it } from 'vitest';
import { engineSuite } from '../../test-support/engine-suite.js';
import { tfjsUnderTest } from '../../test-support/tfjs-under-test.js';
import { createTensorflowEngine } from './tensorflow-engine.js';

const createEngine = () => createTensorflowEngine({ backend: tfjsUnderTest });

engineSuite(createEngine);

it(`runs on ${tfjsUnderTest}`, async () => {
  const library = { tfjs: /JavaScript/, 'tfjs-node': /native TensorFlow \d/, 'tfjs-node-gpu': /on cuda/ };
  const engine = await createEngine();
  expect(engine.describe()).toMatch(library[tfjsUnderTest]);
  await engine.dispose();
});
