import { expect, it } from 'vitest';

import { prepareEdgeConnection } from './edge-connection.js';
import { loadEdgeLibrary } from './edge-library.js';
import { startStandInEdge } from './testing/stand-in-edge.js';

it('opens no socket any more once it was ended, although the library goes on', async () => {
  const server = await startStandInEdge([{ kind: 'stall' }]);
  const library = await loadEdgeLibrary();
  const connection = prepareEdgeConnection(library, () => undefined);
  expect(connection.isOpen()).toBe(false);
  const connecting = connection.withServiceUrl(server.url, () =>
    connection.client.setMetadata(
      'en-US-AriaNeural',
      library.OUTPUT_FORMAT.AUDIO_24KHZ_96KBITRATE_MONO_MP3,
      {},
    ),
  );
  await connection.end(); // the library still works out the address
  await expect(connecting).rejects.toThrow('closed before the connection was established');
  expect(connection.isOpen()).toBe(false);
  await server.idle();
  await server.close();
});
