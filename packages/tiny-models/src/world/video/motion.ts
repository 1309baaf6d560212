import type { Point } from '../shapes.js';

/** What a part does at a time: an SVG transform. Time is in cycles; a clip is about one cycle long. */
export type Move = (time: number) => string;

/** A motion of some shapes of a drawing, by their places in its list; `last` belongs to it. */
export interface PartMotion {
  readonly first: number;
  readonly last: number;
  readonly move: Move;
}

export const part = (first: number, last: number, move: Move): PartMotion => ({ first, last, move });

const wave = (time: number): number => Math.sin(2 * Math.PI * time);
/** 0 at the start of a cycle, 1 just before its end. */
const ramp = (time: number): number => time - Math.floor(time);
const at = (...numbers: number[]): string => numbers.map((n) => n.toFixed(2)).join(' ');

/** To and fro by (x, y); `pace` times a cycle, `lag` cycles behind. */
export const sway =
  (x: number, y: number, pace = 1, lag = 0): Move =>
  (time) => {
    const reach = wave(pace * time - lag);
    return `translate(${at(x * reach, y * reach)})`;
  };

/** From (-x, -y) / 2 to (x, y) / 2, then from the start again. */
export const travel =
  (x: number, y: number, pace = 1): Move =>
  (time) => {
    const reach = ramp(pace * time) - 0.5;
    return `translate(${at(x * reach, y * reach)})`;
  };

/** Back and forth by `degrees` about a point. */
export const swing =
  (degrees: number, [x, y]: Point, pace = 1, lag = 0): Move =>
  (time) =>
    `rotate(${at(degrees * wave(pace * time - lag), x, y)})`;

/** Round and round about a point. */
export const roll =
  ([x, y]: Point, pace = 1): Move =>
  (time) =>
    `rotate(${at(360 * ramp(pace * time), x, y)})`;

const scaled = (sx: number, sy: number, [x, y]: Point): string =>
  `translate(${at(x, y)}) scale(${at(sx, sy)}) translate(${at(-x, -y)})`;

/** From size `from` to size `to` about a point, then from the start again. */
export const grow =
  (from: number, to: number, about: Point, pace = 1): Move =>
  (time) => {
    const size = from + (to - from) * ramp(pace * time);
    return scaled(size, size, about);
  };

/** Larger and smaller by `share` about a point; `axis` y stretches in height only. */
export const pulse =
  (share: number, about: Point, pace = 1, axis: 'both' | 'y' = 'both'): Move =>
  (time) => {
    const size = 1 + share * wave(pace * time);
    return scaled(axis === 'both' ? size : 1, size, about);
  };
