import {
  body,
  circle,
  dark,
  ellipse,
  flame,
  light,
  polygon,
  polyline,
  rectangle,
  star,
  stroke,
  type Proportions,
  type Shape,
} from '../shapes.js';

const skull = (x: number, y: number, scale: number): Shape[] => [
  light(circle(x, y, 13 * scale)),
  light(rectangle(x - 7 * scale, y + 7 * scale, 14 * scale, 11 * scale)),
  dark(circle(x - 5.5 * scale, y, 4 * scale)),
  dark(circle(x + 5.5 * scale, y, 4 * scale)),
  stroke(polyline([x, y + 11 * scale], [x, y + 18 * scale]), 3 * scale),
];

export function roundBomb(p: Proportions): Shape[] {
  const radius = p.near(32, 2);
  const tip = p.near(84, 4);
  return [
    stroke(`M58 34 Q64 12 ${tip} 20`, 6),
    body(circle(45, 62, radius)),
    dark(polygon([50, 26], [68, 34], [64, 44], [45, 36])),
    light(ellipse(33, 52, 7, 10)),
    flame(star(tip, 19, 15, 6, 6)),
  ];
}

export function poisonBottle(p: Proportions): Shape[] {
  const width = p.near(27, 2);
  return [
    dark(rectangle(40, 4, 20, 11)),
    body(
      polygon(
        [43, 14],
        [57, 14],
        [57, 28],
        [50 + width, 42],
        [50 + width, 96],
        [50 - width, 96],
        [50 - width, 42],
        [43, 28],
      ),
    ),
    ...skull(50, 61, p.near(1.25, 0.06)),
  ];
}

export function slingshot(p: Proportions): Shape[] {
  const spread = p.near(30, 3);
  return [
    stroke(polyline([50, 95], [50, 58]), 13, 'body'),
    stroke(`M${50 - spread} 20 Q${50 - spread} 56 50 58 Q${50 + spread} 56 ${50 + spread} 20`, 11, 'body'),
    stroke(`M${50 - spread} 20 Q50 ${p.near(38, 4)} ${50 + spread} 20`, 4),
    dark(circle(50, 32, 7)),
  ];
}

export function dynamiteBundle(p: Proportions): Shape[] {
  const height = p.near(54, 3);
  const top = 94 - height;
  return [
    ...[18, 40, 62].map((x) => body(rectangle(x, top, 19, height))),
    ...[37, 59].map((x) => stroke(polyline([x + 1.5, top], [x + 1.5, 94]), 3)),
    dark(rectangle(13, top + 15, 73, 9)),
    dark(rectangle(13, top + 34, 73, 9)),
    stroke(`M50 ${top} Q48 20 70 18`, 5),
    flame(star(74, 17, 15, 6, 6)),
  ];
}

export function sword(p: Proportions): Shape[] {
  const half = p.near(7.5, 1);
  return [
    light(polygon([50, 2], [50 + half, 14], [50 + half, 64], [50 - half, 64], [50 - half, 14])),
    stroke(polyline([50, 14], [50, 62]), 3),
    body(rectangle(24, 63, 52, 10)),
    dark(rectangle(45, 73, 10, 17)),
    body(circle(50, 92, 7)),
  ];
}

export function cannon(p: Proportions): Shape[] {
  const rise = p.near(26, 4);
  return [
    body(polygon([8, 56], [16, 78], [88, rise + 28], [80, rise - 4])),
    dark(polygon([80, rise - 8], [90, rise - 8 + 34], [98, rise + 22], [88, rise - 12])),
    dark(circle(10, 68, 9)),
    dark(circle(44, 76, 20)),
    light(circle(44, 76, 12)),
    dark(circle(44, 76, 5)),
  ];
}

export function bearTrap(p: Proportions): Shape[] {
  const gape = p.near(26, 3);
  const tooth = (x: number, top: number): Shape => light(polygon([x - 7, top], [x + 7, top], [x, top + 19]));
  const lower = (x: number, base: number): Shape =>
    light(polygon([x - 7, base], [x + 7, base], [x, base - 19]));
  const upperJaw = 50 - gape;
  const lowerJaw = 52 + gape;
  return [
    stroke(`M8 52 Q20 ${upperJaw - 16} 50 ${upperJaw - 12} Q80 ${upperJaw - 16} 92 52`, 8, 'body'),
    stroke(`M8 52 Q20 ${lowerJaw + 16} 50 ${lowerJaw + 12} Q80 ${lowerJaw + 16} 92 52`, 8, 'body'),
    ...[28, 50, 72].map((x) => tooth(x, upperJaw - 6)),
    ...[28, 50, 72].map((x) => lower(x, lowerJaw + 6)),
    dark(circle(8, 52, 8)),
    dark(circle(92, 52, 8)),
  ];
}

export function spikedClub(p: Proportions): Shape[] {
  const swell = p.near(17, 2);
  const spikes: [number, number, number, number][] = [
    [44, 26, -16, -8],
    [36, 42, -17, -7],
    [66, 8, -8, -9],
    [88, 30, 10, 8],
    [76, 48, 12, 12],
    [62, 60, 11, 14],
  ];
  return [
    body(
      polygon([10, 88], [16, 94], [60, 62], [84 + swell / 3, 36], [74, 12], [60, 16 - swell / 4], [38, 40]),
    ),
    ...spikes.map(([x, y, dx, dy]) =>
      dark(polygon([x - dy * 0.5, y + dx * 0.5], [x + dx, y + dy], [x + dy * 0.5, y - dx * 0.5])),
    ),
    stroke(polyline([10, 92], [26, 80]), 12),
  ];
}

export function battleAxe(p: Proportions): Shape[] {
  const edge = p.near(44, 3);
  return [
    stroke(polyline([50, 5], [50, 96]), 8),
    body(`M54 18 L60 18 Q76 14 ${50 + edge} 4 Q${56 + edge} 30 ${50 + edge} 58 Q76 46 60 44 L54 44 Z`),
    body(`M46 18 L40 18 Q24 14 ${50 - edge} 4 Q${44 - edge} 30 ${50 - edge} 58 Q24 46 40 44 L46 44 Z`),
    light(rectangle(41, 24, 18, 14)),
  ];
}

export function rayGun(p: Proportions): Shape[] {
  const barrel = p.near(72, 2);
  return [
    dark(polygon([20, 48], [40, 50], [34, 92], [14, 92])),
    body(ellipse(36, 40, 30, 18)),
    dark(rectangle(60, 35, barrel - 56, 9)),
    light(ellipse(36, 40, 10, 7)),
    ...[66, 74].map((x) => stroke(polyline([x, 27], [x, 53]), 4, 'body')),
    flame(star(88, 40, 13, 5, 5)),
    stroke('M44 56 Q52 70 38 68', 4),
  ];
}

export function ninjaStar(p: Proportions): Shape[] {
  const turn = p.near(0.35, 0.2);
  return [body(star(50, 50, 47, 15, 4, turn)), dark(circle(50, 50, 13)), light(circle(50, 50, 7))];
}

export function catapult(p: Proportions): Shape[] {
  const lift = p.near(10, 4);
  return [
    stroke(polyline([82, 78], [28, lift + 16]), 8, 'body'),
    dark(polygon([10, 70], [92, 70], [92, 80], [10, 80])),
    stroke(polyline([46, 74], [60, 40], [74, 74]), 6),
    dark(circle(24, 86, 11)),
    dark(circle(78, 86, 11)),
    body(`M12 ${lift + 14} Q24 ${lift + 34} 40 ${lift + 14} Z`),
    dark(circle(26, lift + 9, 10)),
  ];
}

export function bubblingCauldron(p: Proportions): Shape[] {
  const lift = p.near(8, 4);
  return [
    light(circle(36, 28 + lift / 2, 9)),
    light(circle(58, 16 + lift, 11)),
    light(circle(70, 34, 6)),
    body('M14 44 Q4 90 50 90 Q96 90 86 44 Z'),
    dark(ellipse(50, 44, 42, 9)),
    dark(polygon([22, 82], [32, 88], [24, 99])),
    dark(polygon([78, 82], [68, 88], [76, 99])),
  ];
}

export function bowAndArrow(p: Proportions): Shape[] {
  const bend = p.near(98, 4);
  return [
    stroke(`M34 4 Q${bend} 50 34 96`, 8, 'body'),
    stroke(polyline([34, 4], [16, 50], [34, 96]), 3),
    stroke(polyline([10, 50], [86, 50]), 5),
    dark(polygon([80, 38], [99, 50], [80, 62])),
    dark(polygon([2, 40], [16, 50], [2, 60], [8, 50])),
  ];
}
