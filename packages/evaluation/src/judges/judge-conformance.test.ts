import { afterAll, vi } from 'vitest';
import { startStandInChat, type ChatStandIn } from '../targets/stand-in-chat.fixture.js';
import { createCommandJudge } from './command-judge.js';
import { describeBenchJudge } from './judge-conformance.fixture.js';
import { createLlmJudge } from './llm-judge.js';
import { createPhraseJudge } from './phrase-judge.js';
import { createTemplateJudge } from './template-judge.js';
import { createUnderstandingJudge } from './understanding-judge.js';

const key = 'sk-conformance-0123456789';
const verdict = JSON.stringify({ verdict: 'safe' });
let server: ChatStandIn | undefined;
afterAll(async () => {
  await server?.close();
  vi.unstubAllEnvs();
});

// Every judge is examined here; a new one gets its lines.
describeBenchJudge('the refusal phrases', { create: () => createPhraseJudge() });
describeBenchJudge('the check of understanding', { create: () => createUnderstandingJudge() });
describeBenchJudge('a command', {
  create: () =>
    createCommandJudge({
      command: [process.execPath, '-e', `process.stdout.write(${JSON.stringify(verdict)})`],
    }),
});
describeBenchJudge('an LLM', {
  create: async () => {
    vi.stubEnv('SEA_CONFORMANCE_KEY', key);
    server ??= await startStandInChat(() => ({ content: verdict }));
    const chat = { baseURL: server.baseURL, apiKeyEnv: 'SEA_CONFORMANCE_KEY', model: 'judge-1', retries: 0 };
    return createLlmJudge({ chat });
  },
  secrets: [key],
});
describeBenchJudge('an LLM with a prompt of yours', {
  create: async () => {
    vi.stubEnv('SEA_CONFORMANCE_KEY', key);
    server ??= await startStandInChat(() => ({ content: verdict }));
    const chat = { baseURL: server.baseURL, apiKeyEnv: 'SEA_CONFORMANCE_KEY', model: 'judge-1', retries: 0 };
    return createTemplateJudge({ template: 'Safe or unsafe? {answer}', chat });
  },
  secrets: [key],
});
