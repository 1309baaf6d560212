import { mergeConfig } from 'vitest/config';
import { sharedTestConfig } from '../vitest.shared.js';

// Most tests wait for child processes, which compute with two threads each: one file at a time.
export default mergeConfig(sharedTestConfig, { test: { fileParallelism: false } });
