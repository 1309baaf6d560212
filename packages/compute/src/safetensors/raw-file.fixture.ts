import { writeFileSync } from 'node:fs';

/** Writes a safetensors file from its parts, however wrong they are: the header as text or bytes, then the data. */
export function writeRawFile(
  path: string,
  header: string | Uint8Array,
  data: Uint8Array,
  headerBytes?: bigint,
): void {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigUint64(0, headerBytes ?? BigInt(text.length), true);
  writeFileSync(path, Buffer.concat([prefix, text, data]));
}
