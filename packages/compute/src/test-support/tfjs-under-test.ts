import type { TfjsBackend } from '../engines/tensorflow/load-tfjs.js';

/** Tests of the tensorflow engine run on the native package where SEA_TFJS_FOLDER names a folder that has one. */
export const tfjsUnderTest: TfjsBackend = process.env.SEA_TFJS_FOLDER ? 'tfjs-node' : 'tfjs';
