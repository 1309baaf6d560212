import { defineConfig, mergeConfig } from 'vitest/config';

/** What every package's tests share: run from source, one fork at a time (CI has two cores, engines use threads). */
export const sharedTestConfig = defineConfig({
  resolve: { conditions: ['@sea-align/source'] },
  ssr: { resolve: { conditions: ['@sea-align/source'], externalConditions: ['@sea-align/source'] } },
  test: {
    include: ['src/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});

/** For tests that start whole programs: files one after another, and time enough for a machine that is busy. */
export const endToEndTestConfig = mergeConfig(sharedTestConfig, {
  test: { include: ['**/*.test.ts'], testTimeout: 200_000, fileParallelism: false, maxConcurrency: 2 },
});
