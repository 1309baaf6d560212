import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, MediaError } from '@sea-align/core';
import { encodeAudio, encodeVideo, encodeWav, writeWav } from '@sea-align/media';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreparedMedium } from '../family/prepared-medium.js';
import { audioFixtures, fixtureSound } from '../testing/audio.fixture.js';
import { temporaryFolder } from '../testing/checkpoint.fixture.js';
import { AudioProcessor } from './audio-processor.js';
import type { Qwen2AudioConfig } from './qwen2-audio-config.js';
import { qwen2AudioFamily } from './qwen2-audio-family.js';

const model = join(audioFixtures, 'model');
const RATE = 16000;
const temporary = temporaryFolder();
const at = (name: string): string => join(temporary.folder, name);
/** On the grid of 16-bit samples, so that a WAV file holds it exactly. */
const sound = fixtureSound('both', 9000).map((value) => Math.round(value * 32768) / 32768);

let config: Qwen2AudioConfig;
let processor: AudioProcessor;
beforeAll(async () => {
  const raw = JSON.parse(readFileSync(join(model, 'config.json'), 'utf8')) as unknown;
  config = qwen2AudioFamily.parseConfig(raw, 'config.json');
  processor = await AudioProcessor.load(model, config);
});
afterAll(() => temporary.remove());

function spectrogram({ features }: PreparedMedium): number[] {
  return [...(features['input_features'].data as Float32Array)];
}

function largestDifference(a: PreparedMedium, b: PreparedMedium): number {
  const [ours, theirs] = [spectrogram(a), spectrogram(b)];
  expect(ours.length).toBe(theirs.length);
  return Math.max(...ours.map((value, index) => Math.abs(value - theirs[index])));
}

describe('a sound', () => {
  it('is cut to what its tokens depend on', async () => {
    const { geometry, features } = await processor.preprocess({ samples: sound, sampleRate: RATE });
    // 9000 samples: 57 spectrogram frames, 29 behind the convolutions, 14 tokens; read are 29 frames from 59 of the spectrogram.
    expect(geometry.key).toBe('audio 14');
    expect(features['input_features'].shape).toEqual([8, 59]);
    expect(features['attention_mask'].shape).toEqual([1, 1, 29]);
  });

  it('is the same as samples, WAV file, WAV bytes', async () => {
    await writeWav(at('sound.wav'), { samples: sound, sampleRate: RATE });
    const expected = await processor.preprocess({ samples: sound, sampleRate: RATE });
    expect(await processor.preprocess(at('sound.wav'))).toEqual(expected);
    expect(await processor.preprocess(encodeWav(sound, RATE))).toEqual(expected);
  });

  it('of another rate, and of another format, is brought to 16 kHz', async () => {
    const tone = (rate: number): Float32Array =>
      Float32Array.from(
        { length: rate / 2 },
        (_, sample) => 0.4 * Math.sin((2 * Math.PI * 700 * sample) / rate),
      );
    const expected = await processor.preprocess({ samples: tone(RATE), sampleRate: RATE });
    for (const rate of [8000, 44100, 48000]) {
      await writeWav(at(`tone${rate}.wav`), { samples: tone(rate), sampleRate: rate });
      const raw = await processor.preprocess({ samples: tone(rate), sampleRate: rate });
      for (const made of [raw, await processor.preprocess(at(`tone${rate}.wav`))]) {
        expect(made.geometry.key).toBe(expected.geometry.key);
        // The loud bins agree; where there is next to nothing, noise of 16 bits and of the filter's edge shows.
        const [ours, theirs] = [spectrogram(made), spectrogram(expected)];
        const loud = theirs.flatMap((value, index) => (value > 0.6 ? [Math.abs(value - ours[index])] : []));
        expect(loud.length).toBeGreaterThan(40);
        expect(loud.reduce((sum, value) => sum + value, 0) / loud.length).toBeLessThan(0.01);
      }
    }
    await encodeAudio(tone(RATE), { sampleRate: RATE, format: 'mp3' }, at('tone.mp3'));
    const mp3 = await processor.preprocess(at('tone.mp3'));
    expect(mp3.geometry.tokens).toBeGreaterThanOrEqual(expected.geometry.tokens);
    expect(await processor.preprocess(readFileSync(at('tone.mp3')))).toEqual(mp3);
  }, 30_000);

  it('longer than the window is cut there, however long it is', async () => {
    const long = fixtureSound('both', 40 * RATE);
    await writeWav(at('long.wav'), { samples: long, sampleRate: RATE });
    const expected = await processor.preprocess({ samples: long.subarray(0, RATE), sampleRate: RATE });
    expect(expected.geometry.key).toBe('audio 25');
    expect(await processor.preprocess({ samples: long, sampleRate: RATE })).toEqual(expected);
    expect(largestDifference(await processor.preprocess(at('long.wav')), expected)).toBeLessThan(1e-2);

    // Ten hours, as a sparse file: 1.15 GB that must not be read.
    const hours = at('hours.wav');
    const header = encodeWav(long, RATE);
    const bytes = 10 * 3600 * RATE * 2;
    new DataView(header.buffer).setUint32(4, 36 + bytes, true);
    new DataView(header.buffer).setUint32(40, bytes, true);
    writeFileSync(hours, header);
    truncateSync(hours, 44 + bytes);
    const before = process.memoryUsage.rss();
    expect(largestDifference(await processor.preprocess(hours), expected)).toBeLessThan(1e-2);
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 2 ** 20);
  }, 30_000);
});

describe('silence', () => {
  it('has the length asked for, at most the window, by default 4 seconds', async () => {
    expect(processor.blankGeometry.key).toBe('audio 25');
    expect((await processor.blank()).geometry).toEqual(processor.blankGeometry);
    const short = await processor.blank({ seconds: 0.5 });
    expect(short.geometry.key).toBe('audio 12');
    // Nothing anywhere: every bin at the floor of -10 decades, (-10 + 4) / 4.
    expect(new Set(spectrogram(short))).toEqual(new Set([-1.5]));
    const whisper = qwen2AudioFamily.parseConfig({ model_type: 'qwen2_audio' }, 'config.json');
    expect((await AudioProcessor.load(temporary.folder, whisper)).blankGeometry.key).toBe('audio 100');
    await expect(processor.blank({ seconds: 0 })).rejects.toThrow(ConfigError);
  });
});

describe('what is no sound', () => {
  it.each<[string, () => Promise<unknown>, string | RegExp]>([
    [
      'too short',
      () => processor.preprocess({ samples: sound.subarray(0, 320), sampleRate: RATE }),
      'needs 3',
    ],
    [
      'no samples',
      () => processor.preprocess({ samples: new Float32Array(0), sampleRate: RATE }),
      'no samples',
    ],
    [
      'no samples of another rate',
      () => processor.preprocess({ samples: new Float32Array(0), sampleRate: 8000 }),
      'no samples',
    ],
    ['no rate', () => processor.preprocess({ samples: sound, sampleRate: NaN }), 'sample rate of NaN'],
    ['NaN', () => processor.preprocess({ samples: Float32Array.of(NaN), sampleRate: RATE }), 'not a number'],
    ['no bytes', () => processor.preprocess(new Uint8Array(0)), 'no bytes'],
    ['bytes that are none', () => processor.preprocess(new TextEncoder().encode('RIFF not really')), /WAV/],
    [
      'an image',
      () => processor.preprocess({ data: new Uint8Array(3), width: 1, height: 1, channels: 3 }),
      'A sound was expected',
    ],
    ['a missing file', () => processor.preprocess(at('nowhere.mp3')), /nowhere\.mp3/],
  ])('%s', async (_what, attempt, message) => {
    await expect(attempt()).rejects.toThrow(MediaError);
    await expect(attempt()).rejects.toThrow(message);
  });

  it.each([
    ['an empty file', 'empty.wav', ''],
    ['text named as sound', 'text.wav', 'this is no sound at all'],
    ['random bytes', 'random.mp3', 'ÿû\u0000'.repeat(3)],
  ])('%s is named with its path', async (_what, name, content) => {
    writeFileSync(at(name), content);
    await expect(processor.preprocess(at(name))).rejects.toThrow(MediaError);
    await expect(processor.preprocess(at(name))).rejects.toThrow(name);
  });

  it('a WAV file without samples, one too short, and a truncated one', async () => {
    await writeWav(at('none.wav'), { samples: new Float32Array(0), sampleRate: RATE });
    await writeWav(at('click.wav'), { samples: sound.slice(0, 100), sampleRate: RATE });
    writeFileSync(at('half.mp3'), 'x');
    await encodeAudio(fixtureSound('both', RATE), { sampleRate: RATE, format: 'mp3' }, at('whole.mp3'));
    writeFileSync(at('half.mp3'), readFileSync(at('whole.mp3')).subarray(0, 40));
    for (const name of ['none.wav', 'click.wav', 'half.mp3']) {
      await expect(processor.preprocess(at(name)), name).rejects.toThrow(MediaError);
      await expect(processor.preprocess(at(name)), name).rejects.toThrow(name);
    }
  });

  it('a video without sound', async () => {
    async function* frames(): AsyncGenerator<Uint8Array> {
      for (let frame = 0; frame < 5; frame++) yield new Uint8Array(32 * 32 * 3).fill(40 * frame);
    }
    await encodeVideo(frames(), { width: 32, height: 32, fps: 5, pixelFormat: 'rgb24' }, at('silent.mp4'));
    await expect(processor.preprocess(at('silent.mp4'))).rejects.toThrow(/no audio stream/);
  });
});

describe('preprocessor_config.json', () => {
  const load = (name: string, settings: object): Promise<AudioProcessor> => {
    writeFileSync(join(temporary.folder, 'preprocessor_config.json'), JSON.stringify(settings));
    return AudioProcessor.load(temporary.folder, config).catch((error: unknown) => {
      expect(error, name).toBeInstanceOf(ConfigError);
      throw error;
    });
  };

  it('that does not fit the tower, or asks for what HF does at random, is refused', async () => {
    await expect(load('bins', { feature_size: 80, chunk_length: 1 })).rejects.toThrow(
      '80 mel bins, but the audio tower reads 8',
    );
    await expect(load('window', { feature_size: 8 })).rejects.toThrow('3000 spectrogram frames');
    await expect(load('dither', { feature_size: 8, chunk_length: 1, dither: 0.1 })).rejects.toThrow('dither');
    await expect(load('frame', { feature_size: 8, chunk_length: 1, n_fft: 401 })).rejects.toThrow('n_fft');
    await expect(load('class', { feature_extractor_type: 'EncodecFeatureExtractor' })).rejects.toThrow(
      'feature_extractor_type',
    );
  });
});
