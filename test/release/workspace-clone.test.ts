import { tmpdir } from 'node:os';
import { afterEach, expect, it, vi } from 'vitest';
import { runProgram } from './run-program.js';
import { cloneEnvironment } from './workspace-clone.js';

afterEach(() => vi.unstubAllEnvs());

it('programs write plain text, also under Nx, which asks for colours', async () => {
  vi.stubEnv('FORCE_COLOR', 'true');
  const args = ['-e', 'console.log(12)'];
  const { stdout } = await runProgram(process.execPath, args, { cwd: tmpdir(), env: cloneEnvironment() });
  expect(stdout).toBe('12\n');
});
