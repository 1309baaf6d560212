import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TextToVideo, VideoRequest } from '../text-to-video/text-to-video.js';

/** A client to examine, and what must never be read in what it says. */
export interface TextToVideoCandidate {
  create(): TextToVideo | Promise<TextToVideo>;
  /** Keys, passwords: given to the client, to appear nowhere. */
  readonly secrets?: readonly string[];
}

/** What every `TextToVideo` promises, whatever makes the clips: a client that passes can be put into `dmClip`. */
export function describeTextToVideo(name: string, { create, secrets = [] }: TextToVideoCandidate): void {
  describe(`${name} is a TextToVideo`, () => {
    const request: VideoRequest = {
      prompt: 'a red kite',
      width: 64,
      height: 48,
      fps: 8,
      numFrames: 8,
      seed: 7,
    };
    let folder: string;
    let client: TextToVideo;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sea-t2v-conformance-'));
      client = await create();
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));
    const expectNoSecret = (value: unknown) => {
      for (const secret of secrets) expect(JSON.stringify(value)).not.toContain(secret);
    };

    it('has a name and says whether it is a stand-in', () => {
      expect(client.name.trim()).not.toBe('');
      expect(client.name).not.toMatch(/\n/);
      expect(typeof client.standIn).toBe('boolean');
      expectNoSecret(client.name);
    });

    it('estimates without asking: counts in proportion, with a note', () => {
      if (!client.estimate) return;
      const [none, some] = [client.estimate(0), client.estimate(5)];
      expect([none.clips, some.clips]).toEqual([0, 5]);
      expect(none.calls).toBe(0);
      expect(some.note).not.toBe('');
      if (some.spend) expect(some.spend.currency).not.toBe('');
    });

    it('writes one file, where it was asked to, and says what went in', async () => {
      const out = join(folder, 'clip.mp4');
      const provenance = await client.generate(request, out);
      expect((await stat(out)).size).toBeGreaterThan(0);
      expect(await readdir(folder)).toEqual(['clip.mp4']);
      const { generator, version, standIn, prompt, seed, parameters } = provenance;
      expect({ standIn, prompt, seed }).toEqual({ standIn: client.standIn, prompt: 'a red kite', seed: 7 });
      expect([generator, version].includes('')).toBe(false);
      expect(JSON.parse(JSON.stringify(parameters))).toEqual(parameters);
      expectNoSecret(provenance);
    });

    it('stops for the reason of its signal, and leaves no file', async () => {
      const out = join(folder, 'stopped.mp4');
      const reason = new Error('enough');
      await expect(client.generate({ ...request, signal: AbortSignal.abort(reason) }, out)).rejects.toBe(
        reason,
      );
      expect(await readdir(folder)).not.toContain('stopped.mp4');
    });
  });
}
