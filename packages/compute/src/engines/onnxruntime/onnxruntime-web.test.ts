import { describe } from 'vitest';
import { createEngine } from '../create-engine.js';
import { engineSuite } from '../../test-support/engine-suite.js';

describe('onnxruntime-web', () => {
  engineSuite(() => createEngine({ engine: 'onnxruntime', backend: 'onnxruntime-web', threads: 2 }));
});
