import { AsyncLocalStorage } from 'node:async_hooks';

import type { MsEdgeTTS } from 'msedge-tts';
import type { MessageEvent, WebSocket } from 'ws';
import type { EdgeLibrary } from './edge-library.js';

type MessageHandler = (event: MessageEvent) => void;

const address = new AsyncLocalStorage<string>();
let redirected = false;

/**
 * msedge-tts 2.0.7 keeps the service's address in one static field, read only after a wait: two voices with different
 * addresses would get each other's. So the field is answered by who asks.
 */
function redirect(Client: EdgeLibrary['MsEdgeTTS']): void {
  if (redirected) return;
  const original: unknown = Reflect.get(Client, 'WSS_URL');
  Object.defineProperty(Client, 'WSS_URL', { get: () => address.getStore() ?? original });
  redirected = true;
}

/** One client of msedge-tts with one socket, both for one request. */
export interface EdgeConnection {
  readonly client: MsEdgeTTS;
  /** Runs `connect`, which calls the library, with the service's address set to `url`. */
  withServiceUrl<T>(url: string | undefined, connect: () => T): T;
  /**
   * Whether the socket can take a request now. msedge-tts would else connect again, and its failure would be an
   * unhandled rejection.
   */
  isOpen(): boolean;
  /**
   * Ends the socket at once, also one that the library has yet to make, and resolves when it is gone. The library's `close()` waits up to 30 s for the other
   * side.
   */
  end(): Promise<void>;
}

/**
 * Opens nothing yet. `onFault` gets what the library's message handler throws: for a message without a request id,
 * or one for a stream that is gone, it throws inside the socket's event, which would end the process.
 */
export function prepareEdgeConnection(
  { MsEdgeTTS: Client }: EdgeLibrary,
  onFault: (error: unknown) => void,
): EdgeConnection {
  const client = new Client();
  let socket: WebSocket | undefined;
  let ended = false;
  // The library makes its socket inside a private method and sets the handlers right after: this is the only place
  // between.
  Object.defineProperty(client, '_ws', {
    configurable: true,
    get: () => socket,
    set: (made: WebSocket) => {
      socket = made;
      guardMessages(made, onFault);
      if (ended) made.terminate();
    },
  });
  return {
    client,
    withServiceUrl: (url, connect) => {
      if (url === undefined) return connect();
      redirect(Client);
      return address.run(url, connect);
    },
    isOpen: () => socket !== undefined && socket.readyState === socket.OPEN,
    end: async () => {
      ended = true;
      if (socket === undefined || socket.readyState === socket.CLOSED) return;
      const gone = new Promise((resolve) => socket?.once('close', resolve));
      socket.terminate();
      await gone;
    },
  };
}

function guardMessages(socket: WebSocket, onFault: (error: unknown) => void): void {
  let listener: MessageHandler | undefined;
  Object.defineProperty(socket, 'onmessage', {
    configurable: true,
    get: () => listener ?? null,
    set: (handler: MessageHandler) => {
      if (listener !== undefined) socket.removeEventListener('message', listener);
      listener = (event) => {
        try {
          handler(event);
        } catch (error) {
          onFault(error);
        }
      };
      socket.addEventListener('message', listener);
    },
  });
}
