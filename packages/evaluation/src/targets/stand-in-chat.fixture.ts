import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a client sent to the stand-in. */
export interface SeenChat {
  readonly authorization: string | undefined;
  readonly body: {
    readonly messages: readonly { role: string; content: string | Record<string, unknown>[] }[];
    readonly [key: string]: unknown;
  };
}

export interface ChatStandInReply {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** The body as it is; default: a chat completion that says `content`. */
  readonly body?: unknown;
  readonly content?: string | null;
  readonly finish?: string;
  /** Wait for so long, in milliseconds. */
  readonly after?: number;
}

export interface ChatStandIn {
  readonly baseURL: string;
  readonly seen: SeenChat[];
  close(): Promise<void>;
}

/** A chat server on this machine that counts 100 tokens a prompt and 10 an answer. */
export async function startStandInChat(
  answer: (seen: SeenChat, number: number) => ChatStandInReply,
): Promise<ChatStandIn> {
  const seen: SeenChat[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as SeenChat['body'];
      const number = seen.push({ authorization: incoming.headers.authorization, body }) - 1;
      const {
        status = 200,
        headers,
        content = '',
        finish = 'stop',
        after = 0,
        ...reply
      } = answer(seen[number], number);
      const completion = {
        choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', content } }],
        usage: { prompt_tokens: 100, completion_tokens: 10 },
      };
      setTimeout(() => {
        outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
        outgoing.end(JSON.stringify(reply.body ?? completion));
      }, after);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An error in the form of OpenAI's API. */
export function chatFailure(
  status: number,
  message: string,
  more: Partial<ChatStandInReply> & { code?: string } = {},
): ChatStandInReply {
  const { code = null, ...reply } = more;
  return { status, ...reply, body: { error: { message, type: 'x', param: null, code } } };
}
