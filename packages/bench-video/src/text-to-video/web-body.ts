import { AtomicFile } from '@sea-align/core';

import type { WebReply } from './web-client.js';
import { quote, WebFault } from './web-fault.js';

const maxJsonBytes = 16 * 2 ** 20;

/** The body as JSON. Throws WebFault if it is something else or too large. */
export async function readJson(reply: WebReply): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of reply.body) {
    chunks.push(chunk as Uint8Array);
    size += (chunk as Uint8Array).byteLength;
    if (size > maxJsonBytes) throw new WebFault('tooLarge', 'the reply is too large to be a job status');
  }
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    const what = textKind(Buffer.from(text.slice(0, 512))) ?? 'a text that is no JSON';
    throw new WebFault('protocol', `the server replied with ${what}: ${quote(text)}`, {
      hint: 'Check the address of the server.',
    });
  }
}

/**
 * The body into a file, complete or not at all, never more than `maxBytes`. Throws WebFault if it is a page or a text,
 * or empty; DiskError.
 */
export async function saveVideo(reply: WebReply, out: string, maxBytes: number): Promise<void> {
  const declared = Number(reply.body.headers['content-length'] ?? 0);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  const file = await AtomicFile.open(out);
  let size = 0;
  try {
    for await (const chunk of reply.body) {
      const bytes = chunk as Uint8Array;
      if (size === 0) checkStart(bytes, reply.contentType);
      size += bytes.byteLength;
      if (size > maxBytes) throw tooLarge(maxBytes);
      await file.write(bytes);
    }
    if (size === 0) throw new WebFault('notVideo', 'the server sent an empty video', { retry: true });
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Throws WebFault for what is plainly no video, whatever its content type says. */
export function checkStart(bytes: Uint8Array, contentType: string): void {
  const said = contentType.startsWith('text/') || contentType.includes('json');
  const kind =
    textKind(bytes) ?? (said ? `something that it calls ${quote(contentType).slice(0, 60)}` : undefined);
  if (kind === undefined) return;
  const start = kind === 'an HTML page' ? '' : `: ${quote(Buffer.from(bytes.subarray(0, 200)).toString())}`;
  throw new WebFault('notVideo', `the server sent ${kind} where a video belongs${start}`, {
    hint: 'Check the address of the server, and whether it wants a login.',
  });
}

function tooLarge(maxBytes: number): WebFault {
  return new WebFault('tooLarge', `the video is larger than ${maxBytes} bytes (maxBytes)`, {
    hint: 'Ask for fewer frames or a smaller size, or raise maxBytes.',
  });
}

/** What a text is; undefined for binary data. */
function textKind(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 512)).toString('utf8').trimStart().toLowerCase();
  if (/^<(!doctype html|html|head|body|script|meta)\b/.test(start)) return 'an HTML page';
  if (start.startsWith('<')) return 'an XML page';
  if (/^[{[]["\s{[\]}]/.test(start)) return 'JSON';
  return undefined;
}
