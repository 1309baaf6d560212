import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSafetensors, writeSafetensors, type WritableTensor } from '@sea-align/compute';
import { afterAll, describe, expect, it } from 'vitest';
import { fixtures, temporaryFolder } from '../testing/checkpoint.fixture.js';

const temporary = temporaryFolder();
afterAll(() => temporary.remove());

/** The command as `npm run verify:golden` starts it. */
function verify(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const bin = fileURLToPath(new URL('bin.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [
      '--conditions=@sea-align/source',
      '--import',
      import.meta.resolve('tsx'),
      bin,
      ...args,
    ]);
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (out += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (err += part));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

function copyOf(name: string): string {
  const folder = join(temporary.folder, name);
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(fixtures, 'llama_llama3rope_full'), folder, { recursive: true });
  return folder;
}

describe('verify:golden', () => {
  it('prints every tensor with its largest difference and exits with 0', async () => {
    const { code, out } = await verify(join(fixtures, 'llama_llama3rope_full'));
    expect(out).toMatch(/batch2_leftpad: ok\n/);
    expect(out).toMatch(/ {2}logits +\d\.\d\de[-+]\d+ {2}\(0\.0002\) {2}ok/);
    expect(out).toMatch(/ {2}grad_pixel_values +\d\.\d\de[-+]\d+ {2}\(0\.00001 \+ 0\.001 \|x\|\) {2}ok/);
    expect(out).toContain('1 cases compared, 0 over tolerance');
    expect(code).toBe(0);
  });

  it('exits with 1 and names the tensor that is over tolerance', async () => {
    const folder = copyOf('tampered');
    const path = join(folder, 'batch2_leftpad', 'outputs.safetensors');
    const file = await openSafetensors(path);
    const tensors = new Map<string, WritableTensor>(file.names().map((name) => [name, file.read(name)]));
    file.close();
    (tensors.get('loss') as { data: Float32Array }).data[0] += 1e-3;
    await writeSafetensors(path, tensors);
    const { code, out } = await verify(folder);
    expect(out).toMatch(/ {2}loss +1\.00e-3 .* OVER/);
    expect(code).toBe(1);
    const asJson = await verify(folder, '--json');
    expect(JSON.parse(asJson.out)).toMatchObject({ passed: false, exitCode: 1 });
    expect(asJson.code).toBe(1);
  });

  it('exits with 2 for an unsupported family, naming it and what is supported', async () => {
    const folder = copyOf('unsupported');
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'idefics' }));
    const { code, err } = await verify(folder);
    expect(err).toContain('model_type "idefics"');
    expect(err).toContain('llama, mistral, qwen2');
    expect(code).toBe(2);
  });

  it('exits with 2 where there is no case, no folder, no argument, or an unknown option', async () => {
    const empty = join(temporary.folder, 'empty');
    mkdirSync(empty);
    expect(await verify(empty)).toMatchObject({ code: 2, err: expect.stringContaining('no golden case') });
    const missing = await verify(join(temporary.folder, 'missing'));
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('There is no folder') });
    expect(await verify()).toMatchObject({ code: 2, err: expect.stringContaining('usage:') });
    const unknown = await verify(empty, '--backend', 'abacus');
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining('onnxruntime-web') });
  });
});
