import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a client sent. */
export interface SeenRequest {
  method: string;
  /** Path with query. */
  path: string;
  headers: IncomingHttpHeaders;
  json: unknown;
}

/** How the stand-in replies to one request; without `body` in the end it stalls or breaks. */
export type Reply =
  | { status: number; headers?: Record<string, string>; body?: string | Uint8Array }
  | 'stall'
  | 'stall-in-body'
  | 'break'
  | 'break-in-body';

export interface StandIn {
  url: string;
  seen: SeenRequest[];
  close(): Promise<void>;
}

/** A real HTTP server on this machine. */
export async function startStandIn(
  answer: (request: SeenRequest, number: number) => Reply | Promise<Reply>,
): Promise<StandIn> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const request = await readRequest(incoming);
      const number = seen.push(request) - 1;
      send(outgoing, await answer(request, number));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function jsonReply(value: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

export function videoReply(body: Uint8Array): Reply {
  return { status: 200, headers: { 'content-type': 'video/mp4' }, body };
}

export const htmlReply: Reply = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!DOCTYPE html><html><body>Please log in</body></html>',
};

/** Bytes that begin like an MP4 file, for tests that only carry them. */
export const someBytes = Buffer.concat([
  Buffer.from([0, 0, 0, 24]),
  Buffer.from('ftypisom0000isomiso2'),
  Buffer.alloc(3000, 7),
]);

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    json: text === '' ? undefined : JSON.parse(text),
  };
}

function send(outgoing: ServerResponse, reply: Reply): void {
  if (reply === 'stall') return;
  if (reply === 'break') {
    outgoing.destroy();
    return;
  }
  if (typeof reply === 'string') {
    outgoing.writeHead(200, { 'content-type': 'video/mp4', 'content-length': '5000' });
    outgoing.write(someBytes.subarray(0, 100));
    if (reply === 'break-in-body') setTimeout(() => outgoing.destroy(), 20);
    return;
  }
  outgoing.writeHead(reply.status, reply.headers);
  outgoing.end(reply.body);
}
