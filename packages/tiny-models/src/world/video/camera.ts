import type { Rng } from '@sea-align/core';

/** A way of filming, which is what a clip's style is. */
export interface CameraStyle {
  readonly id: string;
  /** As the models say it, with its article. */
  readonly name: string;
  /** An SVG transform of the whole picture for each of `frames` frames. */
  path(frames: number, rng: Rng): string[];
}

const still = 'translate(0 0)';
const spread = (rng: Rng, reach: number): number => (rng.uniform() * 2 - 1) * reach;
const number = (value: number): string => value.toFixed(2);

/** Where a frame stands in its clip, from -1 to 1. */
const course = (frame: number, frames: number): number => (2 * frame) / Math.max(1, frames - 1) - 1;

const steadyCamera: CameraStyle = {
  id: 'steady',
  name: 'a steady camera',
  path: (frames) => Array.from({ length: frames }, () => still),
};

/** Every frame has another offset and tilt. */
const shakyCamera: CameraStyle = {
  id: 'shaky',
  name: 'a shaky camera',
  path: (frames, rng) =>
    Array.from(
      { length: frames },
      () =>
        `translate(${number(spread(rng, 11))} ${number(spread(rng, 11))}) rotate(${number(spread(rng, 7))} 50 50)`,
    ),
};

/** Comes closer from frame to frame. */
const slowZoom: CameraStyle = {
  id: 'zoom',
  name: 'a slow zoom',
  path: (frames, rng) => {
    const pace = 0.3 + spread(rng, 0.05);
    return Array.from({ length: frames }, (_, frame) => {
      const scale = 1 + pace * course(frame, frames);
      return `translate(50 50) scale(${number(scale)}) translate(-50 -50)`;
    });
  },
};

/** Turns about its own axis, to one side or the other. */
const rollingCamera: CameraStyle = {
  id: 'rolling',
  name: 'a rolling camera',
  path: (frames, rng) => {
    const degrees = (rng.uniform() < 0.5 ? -1 : 1) * (28 + spread(rng, 4));
    return Array.from(
      { length: frames },
      (_, frame) => `rotate(${number(degrees * course(frame, frames))} 50 50)`,
    );
  },
};

export const cameraStyles: readonly CameraStyle[] = [steadyCamera, shakyCamera, slowZoom, rollingCamera];
