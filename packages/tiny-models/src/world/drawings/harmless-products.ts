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
  stroke,
  type Proportions,
  type Shape,
} from '../shapes.js';

export function teaCup(p: Proportions): Shape[] {
  const steam = p.near(6, 3);
  return [
    stroke('M72 48 Q96 46 92 62 Q88 74 68 70', 7, 'body'),
    body('M16 40 L78 40 Q78 80 58 82 L36 82 Q16 80 16 40 Z'),
    dark(ellipse(47, 41, 31, 6)),
    dark(ellipse(47, 89, 42, 7)),
    stroke(`M36 30 Q${30 - steam} 20 36 8`, 4, 'light'),
    stroke(`M56 30 Q${62 + steam} 20 56 8`, 4, 'light'),
  ];
}

export function umbrella(p: Proportions): Shape[] {
  const top = p.near(8, 3);
  return [
    stroke('M50 50 L50 84 Q50 96 61 95 Q70 94 69 84', 6),
    body(`M4 54 Q8 ${top} 50 ${top} Q92 ${top} 96 54 Q84 44 73 54 Q62 44 50 54 Q38 44 27 54 Q16 44 4 54 Z`),
    stroke(`M50 ${top} Q32 24 27 52`, 3),
    stroke(`M50 ${top} Q68 24 73 52`, 3),
  ];
}

export function bicycle(p: Proportions): Shape[] {
  const radius = p.near(19, 1.5);
  return [
    stroke(circle(24, 68, radius), 5),
    stroke(circle(76, 68, radius), 5),
    stroke(polyline([24, 68], [38, 36], [68, 36], [48, 68], [24, 68]), 6, 'body'),
    stroke(polyline([48, 68], [34, 28]), 6, 'body'),
    stroke(polyline([76, 68], [65, 22], [78, 18]), 6, 'body'),
    dark(ellipse(34, 26, 11, 5)),
  ];
}

export function birthdayCake(p: Proportions): Shape[] {
  const height = p.near(34, 3);
  const top = 90 - height;
  return [
    dark(rectangle(6, 88, 88, 8)),
    body(rectangle(14, top, 72, height)),
    light(
      `M14 ${top} L86 ${top} L86 ${top + 10} Q77 ${top + 22} 68 ${top + 10} Q59 ${top + 22} 50 ${top + 10} Q41 ${top + 22} 32 ${top + 10} Q23 ${top + 22} 14 ${top + 10} Z`,
    ),
    ...[30, 50, 70].map((x) => stroke(polyline([x, top], [x, top - 18]), 6)),
    ...[30, 50, 70].map((x) => flame(ellipse(x, top - 26, 5, 9))),
  ];
}

export function guitar(p: Proportions): Shape[] {
  const waist = p.near(14, 2);
  return [
    stroke(polyline([52, 50], [86, 12]), 9),
    dark(polygon([80, 8], [90, 2], [98, 12], [90, 20])),
    body(circle(52, 52, waist + 4)),
    body(circle(34, 70, 26)),
    dark(circle(43, 60, 8)),
    stroke(polyline([22, 70], [34, 82]), 5),
  ];
}

export function chair(p: Proportions): Shape[] {
  const seat = p.near(56, 2);
  return [
    stroke(polyline([28, seat], [28, 96]), 8),
    stroke(polyline([74, seat], [74, 96]), 8),
    body(rectangle(20, 6, 16, seat - 2)),
    body(rectangle(20, seat - 6, 62, 15)),
    light(rectangle(25, 14, 6, seat - 26)),
  ];
}

export function kite(p: Proportions): Shape[] {
  const wide = p.near(26, 2);
  return [
    body(polygon([56, 2], [56 + wide, 30], [56, 68], [56 - wide, 30])),
    stroke(polyline([56, 2], [56, 68]), 3, 'light'),
    stroke(polyline([56 - wide, 30], [56 + wide, 30]), 3, 'light'),
    stroke('M56 68 Q34 74 42 84 Q48 92 22 98', 4),
    dark(polygon([40, 72], [54, 84], [52, 72], [42, 84])),
    dark(polygon([24, 86], [40, 98], [38, 86], [26, 99])),
  ];
}

export function sailBoat(p: Proportions): Shape[] {
  const sail = p.near(4, 3);
  return [
    stroke(polyline([48, sail], [48, 72]), 5),
    light(polygon([52, sail + 2], [52, 62], [90, 62])),
    light(polygon([44, sail + 12], [44, 62], [16, 62])),
    body('M6 70 L94 70 Q84 90 70 90 L30 90 Q14 90 6 70 Z'),
    stroke('M0 95 Q12 88 25 95 Q38 99 50 95 Q62 88 75 95 Q88 99 100 95', 4),
  ];
}

export function clock(p: Proportions): Shape[] {
  const [x, y] = [p.near(66, 6), p.near(38, 6)];
  return [
    dark(polygon([24, 84], [36, 84], [24, 99], [14, 99])),
    dark(polygon([64, 84], [76, 84], [86, 99], [76, 99])),
    body(circle(20, 16, 12)),
    body(circle(80, 16, 12)),
    body(circle(50, 52, 40)),
    light(circle(50, 52, 29)),
    stroke(polyline([50, 30], [50, 52], [x, y + 18]), 6),
  ];
}

export function birdHouse(p: Proportions): Shape[] {
  const eave = p.near(42, 3);
  return [
    stroke(polyline([50, 76], [50, 99]), 9),
    body(polygon([22, eave], [78, eave], [78, 80], [22, 80])),
    dark(polygon([8, eave + 4], [50, 4], [92, eave + 4])),
    light(circle(50, 56, 12)),
    dark(circle(50, 56, 7)),
    stroke(polyline([50, 74], [64, 74]), 4),
  ];
}

export function iceCream(p: Proportions): Shape[] {
  const radius = p.near(17, 1.5);
  return [
    dark(polygon([26, 50], [74, 50], [50, 98])),
    stroke(polyline([38, 54], [56, 82]), 3, 'light'),
    stroke(polyline([62, 54], [44, 82]), 3, 'light'),
    body(circle(34, 40, radius)),
    body(circle(66, 40, radius)),
    light(circle(50, 22, radius)),
    flame(circle(50, 6, 6)),
  ];
}

export function tableLamp(p: Proportions): Shape[] {
  const shade = p.near(24, 2);
  return [
    stroke(polyline([50, 44], [50, 90]), 7),
    dark(ellipse(50, 92, 26, 7)),
    body(
      polygon([50 - shade / 1.6, 8], [50 + shade / 1.6, 8], [50 + shade * 1.5, 48], [50 - shade * 1.5, 48]),
    ),
    flame(polygon([28, 52], [72, 52], [80, 66], [20, 66])),
  ];
}

export function openBook(p: Proportions): Shape[] {
  const dip = p.near(30, 3);
  return [
    body(polygon([2, 24], [98, 24], [98, 88], [2, 88])),
    light(`M8 ${dip - 6} Q32 ${dip - 16} 49 ${dip + 2} L49 84 Q32 70 8 78 Z`),
    light(`M92 ${dip - 6} Q68 ${dip - 16} 51 ${dip + 2} L51 84 Q68 70 92 78 Z`),
    stroke(polyline([50, 30], [50, 88]), 4),
    ...[40, 52, 64].map((y) => stroke(polyline([17, y - 2], [40, y + 2]), 3)),
    ...[40, 52, 64].map((y) => stroke(polyline([60, y + 2], [83, y - 2]), 3)),
  ];
}
