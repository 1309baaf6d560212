import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MediaError } from '@sea-align/core';
import { z } from 'zod';

/** Comes with the repository, not with the package: it needs Python and PocketSphinx. */
const script = fileURLToPath(new URL('../../scripts/recognise_speech.py', import.meta.url));

/** Exit code of the script where PocketSphinx is not installed. */
const notInstalled = 3;

const resultSchema = z.object({
  pocketsphinx: z.string(),
  unknown: z.array(z.string()),
  heard: z.array(z.string().nullable()),
});
/** What was heard in each sound, and which candidates no dictionary has. */
export type Recognition = z.output<typeof resultSchema>;

/** Says which of `candidates` each of `sounds` (mono WAV, 16 bit, 16 kHz) is. */
export type Recogniser = (
  candidates: readonly string[],
  sounds: readonly string[],
  signal?: AbortSignal,
) => Promise<Recognition>;

/** PocketSphinx with a closed grammar, or why there is none. Python is `SEA_PYTHON`, else `python3`. */
export async function findRecogniser(): Promise<{ recognise: Recogniser } | { missing: string }> {
  const found = await access(script).then(
    () => true,
    () => false,
  );
  if (!found) return { missing: 'the script that runs PocketSphinx is in a clone of the repository only' };
  try {
    await recognise([], []);
    return { recognise };
  } catch (error) {
    const missing = MediaError.isInstance(error) && error.code === 'SEA_POCKETSPHINX_MISSING';
    if (!missing) throw error;
    return { missing: `${error.message} (pip install pocketsphinx; SEA_PYTHON names another Python)` };
  }
}

const recognise: Recogniser = (candidates, sounds, signal) =>
  new Promise((resolve, reject) => {
    const python = process.env.SEA_PYTHON || 'python3';
    const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'pipe'], signal });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => {
      if (error.name === 'AbortError') reject(error);
      else reject(missing(`${python} cannot be started`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify({ candidates, sounds }));
    child.on('close', (code) => {
      if (code === notInstalled) return reject(missing('PocketSphinx is not installed'));
      const result = resultSchema.safeParse(code === 0 ? parsed(stdout) : undefined);
      if (result.success) resolve(result.data);
      else reject(new MediaError(`The speech recognition failed: ${stderr.trim().slice(-300)}`));
    });
  });

function missing(message: string): MediaError {
  return new MediaError(message, { code: 'SEA_POCKETSPHINX_MISSING' });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
