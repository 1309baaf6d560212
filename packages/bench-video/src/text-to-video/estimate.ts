import type { VideoEstimate } from './text-to-video.js';
import type { CostOptions } from './web-options.js';

/** The estimate of a client that asks its server once a clip. */
export function estimateClips(clips: number, { secondsPerClip, pricePerClip }: CostOptions): VideoEstimate {
  const unknown = [
    secondsPerClip === undefined ? 'time (give secondsPerClip)' : '',
    pricePerClip === undefined ? 'spend (give pricePerClip)' : '',
  ].filter((part) => part !== '');
  return {
    clips,
    calls: clips,
    seconds: secondsPerClip === undefined ? undefined : clips * secondsPerClip,
    spend:
      pricePerClip === undefined
        ? undefined
        : { amount: clips * pricePerClip.amount, currency: pricePerClip.currency ?? 'USD' },
    note: unknown.length === 0 ? 'As stated in the options.' : `Unknown: ${unknown.join(', ')}.`,
  };
}
