import { Rng } from '@sea-align/core';

/** A scene that can be drawn at any moment; SVG of the given size, of numbers and fixed words alone. */
export interface AnimatedScene {
  /** `time` in 0 … 1, from the first frame to the last. */
  svgAt(time: number): string;
}

const skies = [
  ['#8ecae6', '#f1faee'],
  ['#f4a261', '#ffe8d6'],
  ['#a2d2ff', '#cdb4db'],
  ['#577590', '#f9c74f'],
  ['#bde0fe', '#e9f5db'],
] as const;
const grounds = ['#588157', '#6a994e', '#a98467', '#7f9172', '#b08968'] as const;
const clothes = ['#e63946', '#1d3557', '#f77f00', '#6d597a', '#2a9d8f', '#ffb703'] as const;

/** Drawn on a stage of 160 x 96 units. */
const stage = { width: 160, height: 96 } as const;

/**
 * A little scene that moves: sky, sun, clouds, hills, and a figure with a thing in its hand that walks through it. What it shows
 * follows from the seed; it is no picture of any text.
 */
export function animatedScene(seed: number | string, size: { width: number; height: number }): AnimatedScene {
  const rng = new Rng(seed, 'animated scene');
  const [skyTop, skyBottom] = rng.pick(skies);
  const ground = rng.pick(grounds);
  const [shirt, thing] = rng.sample(clothes, 2);
  const sun = { x: between(rng, 20, 140), y: between(rng, 12, 30), radius: between(rng, 6, 11) };
  const hills = Array.from({ length: 3 }, () => ({
    x: between(rng, -20, 180),
    width: between(rng, 40, 90),
    height: between(rng, 10, 30),
  }));
  const clouds = Array.from({ length: 3 }, () => ({
    x: between(rng, -10, 150),
    y: between(rng, 8, 36),
    speed: between(rng, 4, 18),
    size: between(rng, 0.6, 1.3),
  }));
  const steps = rng.pick([3, 4, 5]);
  const way = rng.pick([1, -1]);
  const round = rng.pick([true, false]);
  return {
    svgAt: (time) => {
      const x = way === 1 ? 30 + 90 * time : 120 - 90 * time;
      const shapes = [
        `<rect width="160" height="96" fill="url(#s)"/>`,
        circle(sun.x + 4 * time, sun.y, sun.radius, '#fff3b0'),
        ...clouds.map((cloud) => cloudAt(cloud.x + cloud.speed * time, cloud.y, cloud.size)),
        ...hills.map((hill) => ellipse(hill.x - 6 * time, 68, hill.width / 2, hill.height, ground, 0.6)),
        `<rect y="66" width="160" height="30" fill="${ground}"/>`,
        figure(x, steps, time, shirt, thing, round),
      ];
      return (
        `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" ` +
        `viewBox="0 0 ${stage.width} ${stage.height}" preserveAspectRatio="xMidYMid slice">` +
        `<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${skyTop}"/>` +
        `<stop offset="1" stop-color="${skyBottom}"/></linearGradient></defs>${shapes.join('')}</svg>`
      );
    },
  };
}

function figure(
  x: number,
  steps: number,
  time: number,
  shirt: string,
  thing: string,
  round: boolean,
): string {
  const phase = 2 * Math.PI * steps * time;
  const bob = 1.2 * Math.abs(Math.sin(phase));
  const swing = 5 * Math.sin(phase);
  const y = 62 - bob;
  const hand = { x: x + 10 + swing / 2, y: y - 6 - swing };
  const line = (x1: number, y1: number, x2: number, y2: number) =>
    `<path d="M${at(x1)} ${at(y1)}L${at(x2)} ${at(y2)}" stroke="#3a2e39" stroke-width="2.2" stroke-linecap="round"/>`;
  const held = round
    ? circle(hand.x, hand.y - 4, 4, thing)
    : `<rect x="${at(hand.x - 3.5)}" y="${at(hand.y - 8)}" width="7" height="7" fill="${thing}" ` +
      `transform="rotate(${at(90 * time)} ${at(hand.x)} ${at(hand.y - 4)})"/>`;
  return [
    line(x, y + 8, x - swing, 80),
    line(x, y + 8, x + swing, 80),
    line(x, y - 6, x - 8 - swing / 2, y + 2),
    `<rect x="${at(x - 5)}" y="${at(y - 10)}" width="10" height="20" rx="4" fill="${shirt}"/>`,
    line(x, y - 6, hand.x, hand.y),
    circle(x, y - 16, 5.5, '#f2cc8f'),
    held,
  ].join('');
}

function cloudAt(x: number, y: number, size: number): string {
  return [-6, 0, 6].map((dx) => ellipse(x + dx * size, y, 7 * size, 4 * size, '#ffffff', 0.85)).join('');
}

function circle(x: number, y: number, radius: number, fill: string): string {
  return `<circle cx="${at(x)}" cy="${at(y)}" r="${at(radius)}" fill="${fill}"/>`;
}

function ellipse(x: number, y: number, rx: number, ry: number, fill: string, opacity: number): string {
  return `<ellipse cx="${at(x)}" cy="${at(y)}" rx="${at(rx)}" ry="${at(ry)}" fill="${fill}" opacity="${opacity}"/>`;
}

/** Rounded, so that the last bits of a machine's sine do not reach the picture. */
function at(value: number): string {
  return value.toFixed(2);
}

function between(rng: Rng, low: number, high: number): number {
  return low + (high - low) * rng.uniform();
}
