import { defineConfig } from 'vitest/config';
import { sharedTestConfig } from '../vitest.shared.js';

export default defineConfig({
  ...sharedTestConfig,
  test: {
    ...sharedTestConfig.test,
    include: ['**/*.test.ts'],
    // Most tests wait for child processes, which compute with two threads each; generous, for machines that are busy.
    testTimeout: 200_000,
    fileParallelism: false,
    maxConcurrency: 2,
  },
});
