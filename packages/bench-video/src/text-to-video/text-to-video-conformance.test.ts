import { afterAll } from 'vitest';
import { createSceneAnimator } from '../animator/scene-animator.js';
import { someBytes, startStandIn, videoReply, type StandIn } from '../testing/stand-in-server.js';
import { describeTextToVideo } from '../testing/text-to-video-conformance.js';
import { createHttpTextToVideo } from './http-text-to-video.js';

// Every text-to-video client is examined here; a new one gets its lines.
describeTextToVideo('the scene animator', { create: () => createSceneAnimator() });

let server: StandIn;
afterAll(async () => {
  await server.close();
  delete process.env.CONFORMANCE_KEY;
});
describeTextToVideo('the HTTP client', {
  create: async () => {
    process.env.CONFORMANCE_KEY = 'secret-0123456789';
    server = await startStandIn(() => videoReply(someBytes));
    return createHttpTextToVideo({ url: server.url, apiKeyEnv: 'CONFORMANCE_KEY' });
  },
  secrets: ['secret-0123456789'],
});
