import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the client sent. */
export interface SeenRequest {
  path: string;
  authorization: string | undefined;
  body: {
    model: string;
    messages: { role: string; content: string }[];
    response_format?: { type: string; json_schema?: { name: string; strict: boolean; schema: unknown } };
    [key: string]: unknown;
  };
}

/** How the stand-in replies to one request. */
export type Reply =
  | { kind: 'json' | 'text' | 'html'; status: number; headers?: Record<string, string>; body: string }
  | { kind: 'stall-before-headers' }
  | { kind: 'stall-in-body' }
  | { kind: 'break-in-body' }
  | { kind: 'break' };

/** A chat completion with this content. */
export function completion(
  content: string | null,
  more: Record<string, unknown> = {},
  finish = 'stop',
): Reply {
  const body = {
    id: 'c1',
    object: 'chat.completion',
    choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', content, ...more } }],
    usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
  };
  return { kind: 'json', status: 200, body: JSON.stringify(body) };
}

/** An error in the form of OpenAI's API. */
export function failure(
  status: number,
  message: string,
  headers?: Record<string, string>,
  code: string | null = null,
): Reply {
  return {
    kind: 'json',
    status,
    headers,
    body: JSON.stringify({ error: { message, type: 'x', param: null, code } }),
  };
}

export interface StandIn {
  baseURL: string;
  seen: SeenRequest[];
  /** Milliseconds between the arrivals of requests. */
  gaps(): number[];
  close(): Promise<void>;
}

/** A real HTTP server on this machine; `answer` gets each request and its number from 0. */
export async function startStandIn(
  answer: (request: SeenRequest, number: number) => Reply | Promise<Reply>,
): Promise<StandIn> {
  const seen: SeenRequest[] = [];
  const arrivals: number[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const request = await readRequest(incoming);
      const number = seen.push(request) - 1;
      arrivals.push(performance.now());
      send(outgoing, await answer(request, number));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseURL: `http://127.0.0.1:${port}/v1`,
    seen,
    gaps: () => arrivals.slice(1).map((at, index) => at - arrivals[index]),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  return {
    path: incoming.url ?? '',
    authorization: incoming.headers.authorization,
    body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as SeenRequest['body'],
  };
}

const contentTypes = { json: 'application/json', text: 'text/plain', html: 'text/html; charset=utf-8' };

function send(outgoing: ServerResponse, reply: Reply): void {
  if (reply.kind === 'stall-before-headers') return;
  if (reply.kind === 'break') {
    outgoing.destroy();
    return;
  }
  if (reply.kind === 'stall-in-body' || reply.kind === 'break-in-body') {
    outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
    outgoing.write('{"id":"c1","choices":[');
    if (reply.kind === 'break-in-body') setTimeout(() => outgoing.destroy(), 20);
    return;
  }
  outgoing.writeHead(reply.status, { 'content-type': contentTypes[reply.kind], ...reply.headers });
  outgoing.end(reply.body);
}
