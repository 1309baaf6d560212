import { describe } from 'vitest';
import { createEngine } from '../create-engine.js';
import { engineSuite } from '../../test-support/engine-suite.js';

describe('onnxruntime-node', () => {
  engineSuite(() => createEngine({ engine: 'onnxruntime', backend: 'onnxruntime-node', threads: 2 }));
});
