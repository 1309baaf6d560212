import type { Readable } from 'node:stream';
import type { OUTPUT_FORMAT } from 'msedge-tts';

import { prepareEdgeConnection, type EdgeConnection } from './edge-connection.js';
import { brokenReply, classifyEdgeFault, noReply } from './edge-fault.js';
import { loadEdgeLibrary } from './edge-library.js';
import { wordsEnd } from './edge-word-times.js';
import { escapeSsml } from './ssml-escape.js';

/** About ten minutes of speech at 96 kbit/s; the service itself ends there. */
const maxBytes = 8_000_000;
/** A reply that drips on and on is given up after this many times the stall limit. */
const maxStalls = 20;

export interface EdgeRequest {
  text: string;
  voice: string;
  rate: string;
  pitch: string;
  /** Longest wait for the next sign of life, milliseconds. */
  stallMs: number;
  serviceUrl?: string;
  signal?: AbortSignal;
}

export interface EdgeReply {
  /** MPEG layer III, 24 kHz mono. */
  mp3: Uint8Array;
  /** Where the service says that the last word ends, seconds; undefined if it does not say. */
  wordsEndSeconds?: number;
}

/**
 * One request over a connection of its own. Throws EdgeFault, MediaError without the library, or the signal's reason. When it returns or throws, the
 * socket is closed and nothing of the library can raise an error any more.
 */
export async function requestEdgeSpeech(request: EdgeRequest): Promise<EdgeReply> {
  const { signal, stallMs } = request;
  const library = await loadEdgeLibrary();
  signal?.throwIfAborted();
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => (fail = reject));
  failed.catch(() => undefined);
  const connection = prepareEdgeConnection(library, () => fail(brokenReply('the service sent nonsense')));
  const stalled = (): void => fail(noReply(stallMs));
  const endless = (): void => fail(brokenReply('the reply does not end'));
  const deadline = setTimeout(endless, maxStalls * stallMs);
  let timer = setTimeout(stalled, stallMs);
  let bytes = 0;
  const arrived = (length: number): void => {
    clearTimeout(timer);
    timer = setTimeout(stalled, stallMs);
    bytes += length;
    if (bytes > maxBytes) endless();
  };
  const abort = (): void => fail(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([
      converse(connection, library.OUTPUT_FORMAT.AUDIO_24KHZ_96KBITRATE_MONO_MP3, request, arrived),
      failed,
    ]);
  } catch (error) {
    signal?.throwIfAborted();
    throw classifyEdgeFault(error);
  } finally {
    clearTimeout(deadline);
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    await connection.end();
  }
}

async function converse(
  connection: EdgeConnection,
  format: OUTPUT_FORMAT,
  { text, voice, rate, pitch, serviceUrl }: EdgeRequest,
  arrived: (bytes: number) => void,
): Promise<EdgeReply> {
  const { client } = connection;
  await connection.withServiceUrl(serviceUrl, () =>
    client.setMetadata(voice, format, { wordBoundaryEnabled: true }),
  );
  if (!connection.isOpen()) throw brokenReply('the service closed the connection at once');
  // The library puts the text into SSML as it is.
  const { audioStream, metadataStream } = client.toStream(escapeSsml(text), { rate, pitch });
  arrived(0);
  const words: Buffer[] = [];
  metadataStream?.on('data', (chunk: Buffer) => {
    arrived(chunk.length);
    words.push(chunk);
  });
  metadataStream?.on('error', () => undefined);
  const mp3 = await collect(audioStream, arrived);
  return { mp3, wordsEndSeconds: wordsEnd(words) };
}

/** Read by events, not by iteration: leaving a loop early destroys the stream, and the library then trips over it. */
function collect(stream: Readable, arrived: (bytes: number) => void): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => {
      arrived(chunk.length);
      chunks.push(chunk);
    });
    stream.on('end', () => resolve(Buffer.concat(chunks)));
    stream.on('error', reject);
  });
}
