import { spawn } from 'node:child_process';

import { encodeWav, findFfmpeg, speakFlite } from '@sea-align/media';

/** Speech as the edge-tts service sends it: mp3 frames of 24 kHz and 96 kbit/s, without tag or Xing header. */
export async function serviceMp3(text: string): Promise<Uint8Array> {
  const { samples, sampleRate } = await speakFlite(text);
  return encode(encodeWav(samples, sampleRate));
}

/** Silence in the same form. */
export async function silentMp3(seconds: number): Promise<Uint8Array> {
  return encode(encodeWav(new Float32Array(seconds * 24_000), 24_000));
}

async function encode(wav: Uint8Array): Promise<Uint8Array> {
  const { ffmpeg } = await findFfmpeg();
  const plain = ['-map_metadata', '-1', '-write_xing', '0', '-id3v2_version', '0'];
  const mp3 = ['-ar', '24000', '-c:a', 'libmp3lame', '-b:a', '96k', ...plain, '-f', 'mp3', '-'];
  const child = spawn(ffmpeg, ['-v', 'error', '-f', 'wav', '-i', '-', ...mp3], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(wav);
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
