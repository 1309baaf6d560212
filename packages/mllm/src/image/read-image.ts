import { MediaError } from '@sea-align/core';
import { checkMediaFile } from '@sea-align/media';
import sharp from 'sharp';
import type { ImageSource, MediaSource, RawImage } from '../family/media-source.js';
import { LARGEST_IMAGE, type RgbImage } from './pillow-resize.js';

/**
 * Decodes an image to 8-bit RGB as Pillow's `convert("RGB")` does: alpha is dropped, grey is repeated, neither EXIF
 * rotation nor colour profiles are applied.
 * @throws MediaError for a file that cannot be read or decoded, or raw pixels of the wrong length
 */
export async function readImage(medium: MediaSource): Promise<RgbImage> {
  const source = imageSource(medium);
  if (typeof source !== 'string' && !(source instanceof Uint8Array)) return fromRaw(source);
  if (typeof source === 'string') await checkMediaFile(source);
  try {
    const { data, info } = await sharp(source, { ignoreIcc: true, limitInputPixels: LARGEST_IMAGE })
      .removeAlpha()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return toRgb(data, info.width, info.height, info.channels);
  } catch (error) {
    const what = typeof source === 'string' ? source : `image of ${source.length} bytes`;
    const message = error instanceof Error ? error.message : String(error);
    const tooLarge = message.includes('pixel limit');
    const why = tooLarge ? 'it has more than 268 million pixels (16383 x 16383)' : message;
    throw new MediaError(`Cannot read ${what}: ${why}`, {
      ...(tooLarge ? { code: 'SEA_MEDIA_TOO_LARGE' } : {}),
      hint: tooLarge ? 'Scale the image down.' : 'Give a PNG, JPEG, WebP, GIF, AVIF, TIFF or SVG image.',
      cause: error,
    });
  }
}

function imageSource(medium: MediaSource): ImageSource {
  if (typeof medium === 'string' || medium instanceof Uint8Array || 'channels' in medium) return medium;
  throw new MediaError('This model looks at images; a video or a signal was given.', {
    hint: 'Give a path, the bytes of an image file, or raw pixels.',
  });
}

function fromRaw({ data, width, height, channels }: RawImage): RgbImage {
  if (width < 1 || height < 1 || data.length !== width * height * channels) {
    throw new MediaError(`Raw pixels: ${data.length} bytes do not fill ${width} x ${height} x ${channels}.`);
  }
  return toRgb(data, width, height, channels);
}

function toRgb(data: Uint8Array, width: number, height: number, channels: number): RgbImage {
  if (channels === 3) return { data, width, height };
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      rgb[pixel * 3 + channel] = data[pixel * channels + (channels < 3 ? 0 : channel)];
    }
  }
  return { data: rgb, width, height };
}
