import { engineSuite } from '../../test-support/engine-suite.js';
import { createTensorflowEngine } from './tensorflow-engine.js';

engineSuite(() => createTensorflowEngine({ backend: 'tfjs' }));
