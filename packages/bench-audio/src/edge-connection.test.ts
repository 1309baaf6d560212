import { OUTPUT_FORMAT } from 'msedge-tts';
import { expect, it } from 'vitest';

import { prepareEdgeConnection, withServiceUrl } from './edge-connection.js';
import { startStandInEdge } from './testing/stand-in-edge.js';

it('opens no socket any more once it was ended, although the library goes on', async () => {
  const server = await startStandInEdge([{ kind: 'stall' }]);
  const connection = prepareEdgeConnection(() => undefined);
  expect(connection.isOpen()).toBe(false);
  const connecting = withServiceUrl(server.url, () =>
    connection.client.setMetadata('en-US-AriaNeural', OUTPUT_FORMAT.AUDIO_24KHZ_96KBITRATE_MONO_MP3, {}),
  );
  await connection.end(); // the library still works out the address
  await expect(connecting).rejects.toThrow('closed before the connection was established');
  expect(connection.isOpen()).toBe(false);
  await server.idle();
  await server.close();
});
