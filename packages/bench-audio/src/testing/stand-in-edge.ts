import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { WebSocketServer, type WebSocket } from 'ws';

/** How the stand-in replies to one connection. */
export type EdgeReplyKind =
  /** The service's normal course: turn.start, response, audio in pieces, word times, turn.end. */
  | { kind: 'speech'; mp3: Uint8Array; wordsEnd?: number; pauseMs?: number }
  | { kind: 'http'; status: number }
  /** Takes the TCP connection and never answers the handshake. */
  | { kind: 'stall-handshake' }
  /** Opens, takes the request, says nothing. */
  | { kind: 'stall' }
  /** Sends half of the sound, then says nothing. */
  | { kind: 'stall-midway'; mp3: Uint8Array }
  /** Sends half of the sound, then closes, or breaks the TCP connection. */
  | { kind: 'close-midway' | 'break-midway'; mp3: Uint8Array }
  /** Opens and closes at once. */
  | { kind: 'close-at-once' }
  /** This message, before all else. */
  | { kind: 'message'; data: string | Uint8Array }
  /** Bytes that are no WebSocket frame. */
  | { kind: 'raw'; bytes: Uint8Array }
  /** Sound for another request than the one that was made. */
  | { kind: 'other-request'; mp3: Uint8Array }
  /** Sends pieces of metadata without end. */
  | { kind: 'drip'; everyMs: number };

export interface StandInEdge {
  url: string;
  /** The SSML documents received, in order. */
  ssml: string[];
  /** Connections so far, refused ones included. */
  connections(): number;
  /** Sockets open now, and the most at once. */
  open(): number;
  mostOpen(): number;
  /** Waits until no socket is open; rejects after five seconds. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** A real WebSocket server in place of Microsoft's; the last reply is repeated. */
export async function startStandInEdge(replies: readonly EdgeReplyKind[]): Promise<StandInEdge> {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true });
  const sockets = new Set<Socket>();
  const ssml: string[] = [];
  let connections = 0;
  let mostOpen = 0;
  http.on('connection', (socket: Socket) => {
    sockets.add(socket);
    mostOpen = Math.max(mostOpen, sockets.size);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const reply = replies[Math.min(connections, replies.length - 1)];
    connections += 1;
    if (reply.kind === 'stall-handshake') {
      socket.resume(); // else the other side's end is not noticed
      socket.on('end', () => socket.end());
      return;
    }
    if (reply.kind === 'http') {
      socket.end(`HTTP/1.1 ${reply.status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    server.handleUpgrade(request, socket, head, (client) => serve(client, socket, reply, ssml));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/edge/v1`,
    ssml,
    connections: () => connections,
    open: () => sockets.size,
    mostOpen: () => mostOpen,
    idle: async () => {
      for (let waited = 0; sockets.size > 0; waited += 5) {
        if (waited > 5000) throw new Error(`${sockets.size} sockets stay open`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function serve(client: WebSocket, socket: Socket, reply: EdgeReplyKind, ssml: string[]): void {
  client.on('error', () => undefined);
  if (reply.kind === 'close-at-once') return client.close();
  if (reply.kind === 'message') client.send(reply.data);
  if (reply.kind === 'raw') socket.write(reply.bytes);
  client.on('message', (data: Buffer) => {
    const text = data.toString();
    if (!text.includes('Path:ssml')) return;
    ssml.push(text.slice(text.indexOf('\r\n\r\n') + 4));
    const id = /X-RequestId:(\w+)/.exec(text)?.[1] ?? '';
    void answer(client, socket, reply, id);
  });
}

async function answer(client: WebSocket, socket: Socket, reply: EdgeReplyKind, id: string): Promise<void> {
  const say = (path: string, body: string): void =>
    client.send(`X-RequestId:${id}\r\nContent-Type:application/json\r\nPath:${path}\r\n\r\n${body}`);
  const words = (end: number): void => {
    const data = {
      Offset: 1_000_000,
      Duration: end * 10_000_000 - 1_000_000,
      text: { Text: 'x', Length: 1 },
    };
    say('audio.metadata', JSON.stringify({ Metadata: [{ Type: 'WordBoundary', Data: data }] }));
  };
  say('turn.start', '{}');
  say('response', '{}');
  switch (reply.kind) {
    case 'speech':
      sendAudio(client, id, reply.mp3.subarray(0, 1000));
      if (reply.pauseMs !== undefined) await new Promise((resolve) => setTimeout(resolve, reply.pauseMs));
      sendAudio(client, id, reply.mp3.subarray(1000));
      if (reply.wordsEnd !== undefined) words(reply.wordsEnd);
      return say('turn.end', '{}');
    case 'stall-midway':
    case 'close-midway':
    case 'break-midway':
      sendAudio(client, id, reply.mp3.subarray(0, reply.mp3.length / 2));
      if (reply.kind === 'close-midway') client.close();
      if (reply.kind === 'break-midway') socket.resetAndDestroy();
      return;
    case 'other-request':
      return sendAudio(client, 'f'.repeat(32), reply.mp3);
    case 'drip': {
      const timer = setInterval(() => words(1), reply.everyMs);
      client.on('close', () => clearInterval(timer));
      return;
    }
    default:
      return;
  }
}

/** Each piece is one binary message: the length of its header in two bytes, the header, sound. */
function sendAudio(client: WebSocket, id: string, mp3: Uint8Array): void {
  const header = Buffer.from(
    `X-RequestId:${id}\r\nContent-Type:audio/mpeg\r\nX-StreamId:1\r\nPath:audio\r\n`,
  );
  const length = Buffer.alloc(2);
  length.writeUInt16BE(header.length);
  for (let at = 0; at < mp3.length; at += 720) {
    client.send(Buffer.concat([length, header, mp3.subarray(at, at + 720)]));
  }
}
