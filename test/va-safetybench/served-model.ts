import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type Part = { readonly type: string; readonly text?: string };
interface Message {
  readonly role: string;
  readonly content: string | readonly Part[];
}

export interface Asked {
  readonly model: string;
  readonly text: string;
  /** Kinds of the parts, such as `video_url`. */
  readonly parts: readonly string[];
  readonly authorization?: string;
  readonly body: Record<string, unknown>;
}

/** A stand-in on this machine for a server with OpenAI's chat completions: models are told apart by their names. */
export interface ServedModel {
  readonly url: string;
  readonly asked: Asked[];
  /** What the model `m` was asked, in words. */
  questions(): string[];
  close(): void;
}

export interface Reply {
  readonly status?: number;
  readonly text?: string;
  readonly afterMs?: number;
  /** Not before this has come to pass. */
  readonly when?: Promise<unknown>;
  /** The connection ends without a reply. */
  readonly broken?: boolean;
}

/** Counts 1000 tokens for every question and 100 for every answer. */
export async function serveModel(reply: (asked: Asked) => Reply): Promise<ServedModel> {
  const asked: Asked[] = [];
  const server: Server = createServer((request, response) => {
    let json = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (json += chunk));
    request.on('end', () => {
      const body = JSON.parse(json) as { model: string; messages: Message[] };
      const { content } = body.messages[body.messages.length - 1];
      const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
      const seen: Asked = {
        model: body.model,
        text: parts.map(({ text = '' }) => text).join(''),
        parts: parts.map(({ type }) => type),
        authorization: request.headers.authorization,
        body,
      };
      asked.push(seen);
      const {
        broken = false,
        when = Promise.resolve(),
        status = 200,
        text = `About: ${seen.text}`,
        afterMs = 0,
      } = reply(seen);
      if (broken) {
        request.socket.destroy();
        return;
      }
      const message = { role: 'assistant', content: text };
      const answer =
        status === 200
          ? {
              id: 'c',
              object: 'chat.completion',
              choices: [{ index: 0, finish_reason: 'stop', message }],
              usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 },
            }
          : { error: { message: 'no' } };
      void when.then(() =>
        setTimeout(() => {
          response.writeHead(status, { 'content-type': 'application/json' });
          response.end(JSON.stringify(answer));
        }, afterMs),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    questions: () => asked.filter(({ model }) => model === 'm').map(({ text }) => text),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
