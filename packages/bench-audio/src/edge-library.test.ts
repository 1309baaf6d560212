import { expect, it } from 'vitest';
import { edgeLibraryVersion, loadEdgeLibrary } from './edge-library.js';

it('says how to install the library where npm has left it out', async () => {
  await expect(
    loadEdgeLibrary(() => Promise.reject(new Error("Cannot find package 'msedge-tts'"))),
  ).rejects.toMatchObject({
    code: 'SEA_SPEECH_LIBRARY',
    message: expect.stringContaining('msedge-tts'),
    hint: `npm install --ignore-scripts msedge-tts@${edgeLibraryVersion}`,
  });
});

it('names the version that is installed', async () => {
  const { default: manifest } = (await import('msedge-tts/package.json', { with: { type: 'json' } })) as {
    default: { version: string };
  };
  expect(edgeLibraryVersion).toBe(manifest.version);
  expect((await loadEdgeLibrary()).MsEdgeTTS).toBeTypeOf('function');
});
