import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { encodeAudio, encodeVideo } from '@sea-align/media';

/** Two seconds of H.264 whose picture goes from dark to light. */
export async function writeTinyVideo(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const size = { width: 160, height: 96 };
  const frames = Array.from({ length: 24 }, (_, at) =>
    new Uint8Array(size.width * size.height).fill(at * 10),
  );
  await encodeVideo(frames, { ...size, fps: 12, pixelFormat: 'gray' }, file);
}

/** Two seconds of a tone as MP3. */
export async function writeTinySound(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const sampleRate = 16_000;
  const samples = Float32Array.from(
    { length: 2 * sampleRate },
    (_, at) => 0.1 * Math.sin((2 * Math.PI * 440 * at) / sampleRate),
  );
  await encodeAudio(samples, { sampleRate, format: 'mp3' }, file);
}
