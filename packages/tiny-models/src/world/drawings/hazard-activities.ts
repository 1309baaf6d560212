import {
  body,
  circle,
  dark,
  ellipse,
  figure,
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

/** A bandit's mask over the eyes of a head at (x, y). */
const mask = (x: number, y: number): Shape => dark(rectangle(x - 9, y - 4, 18, 6));

export function robbingBank(p: Proportions): Shape[] {
  const sack = p.near(14, 1.5);
  return [
    // a bank with a gable and columns
    dark(polygon([42, 34], [71, 8], [99, 34])),
    ...[48, 66, 84].map((x) => dark(rectangle(x, 38, 9, 44))),
    dark(rectangle(42, 82, 57, 12)),
    ...figure({
      head: [22, 34],
      hip: [22, 66],
      hands: [
        [36, 44],
        [10, 56],
      ],
      feet: [
        [12, 94],
        [32, 94],
      ],
    }),
    mask(22, 33),
    light(circle(8, 66, sack)),
  ];
}

export function startingFire(p: Proportions): Shape[] {
  const height = p.near(40, 5);
  return [
    ...figure({
      head: [20, 22],
      hip: [20, 58],
      hands: [
        [44, 50],
        [36, 30],
      ],
      feet: [
        [10, 94],
        [28, 94],
      ],
    }),
    stroke(polyline([46, 92], [94, 84]), 7),
    stroke(polyline([46, 84], [94, 92]), 7),
    flame(
      `M48 84 Q42 60 56 ${76 - height} Q60 56 68 ${64 - height} Q84 56 82 ${80 - height} Q100 66 92 84 Z`,
    ),
    light('M62 84 Q60 68 70 58 Q82 70 78 84 Z'),
  ];
}

export function breakingWindow(p: Proportions): Shape[] {
  const [x, y] = [p.near(72, 3), p.near(38, 4)];
  return [
    dark(rectangle(46, 6, 52, 66)),
    light(rectangle(53, 13, 38, 52)),
    body(star(x, y, 22, 8, 7)),
    dark(circle(x, y, 6)),
    ...figure({
      head: [18, 36],
      hip: [18, 66],
      hands: [
        [36, 26],
        [6, 58],
      ],
      feet: [
        [8, 95],
        [28, 95],
      ],
    }),
  ];
}

export function pickingLock(p: Proportions): Shape[] {
  const top = p.near(24, 3);
  return [
    stroke(`M54 48 Q54 ${top - 12} 72 ${top - 12} Q90 ${top - 12} 90 48`, 8),
    body(rectangle(46, 46, 52, 44)),
    dark(circle(72, 62, 8)),
    dark(polygon([69, 64], [75, 64], [78, 82], [66, 82])),
    ...figure({
      head: [16, 38],
      hip: [16, 68],
      hands: [
        [36, 58],
        [34, 66],
      ],
      feet: [
        [6, 95],
        [26, 95],
      ],
    }),
    stroke(polyline([34, 62], [64, 62]), 4),
    mask(16, 37),
  ];
}

export function paintingGraffiti(p: Proportions): Shape[] {
  const wave = p.near(10, 3);
  return [
    // a brick wall with a scrawl on it
    light(rectangle(44, 6, 54, 88)),
    ...[28, 50, 72].map((y) => stroke(polyline([44, y], [98, y]), 3)),
    ...[17, 61].map((y) => stroke(polyline([66, y - 11], [66, y + 11]), 3)),
    ...[39, 83].map((y) => stroke(polyline([82, y - 11], [82, y + 11]), 3)),
    stroke(`M50 ${58 - wave} Q62 ${14 - wave} 70 ${48} Q76 ${78 + wave} 94 ${26}`, 9, 'body'),
    ...figure({
      head: [16, 34],
      hip: [16, 66],
      hands: [
        [36, 42],
        [6, 58],
      ],
      feet: [
        [8, 95],
        [26, 95],
      ],
    }),
    dark(rectangle(32, 32, 9, 18)),
    flame(circle(46, 34, 5)),
  ];
}

export function pushingBoulder(p: Proportions): Shape[] {
  const radius = p.near(24, 2);
  return [
    dark(polygon([0, 80], [82, 80], [74, 99], [0, 99])),
    body(circle(66, 80 - radius, radius)),
    stroke(polyline([58, 80 - radius * 1.4], [68, 80 - radius], [62, 80 - radius * 0.6]), 4),
    ...figure({
      head: [24, 34],
      hip: [14, 58],
      hands: [
        [44, 46],
        [44, 58],
      ],
      feet: [
        [4, 79],
        [26, 79],
      ],
    }),
  ];
}

export function fightingDuel(p: Proportions): Shape[] {
  const cross = p.near(28, 4);
  return [
    ...figure({
      head: [16, 30],
      hip: [16, 62],
      hands: [
        [34, 46],
        [4, 54],
      ],
      feet: [
        [6, 95],
        [28, 95],
      ],
    }),
    ...figure({
      head: [84, 30],
      hip: [84, 62],
      hands: [
        [66, 46],
        [96, 54],
      ],
      feet: [
        [72, 95],
        [94, 95],
      ],
    }),
    stroke(polyline([34, 48], [66, cross - 14]), 5),
    stroke(polyline([66, 48], [34, cross - 14]), 5),
    flame(star(50, cross + 4, 11, 4, 5)),
  ];
}

export function teasingShark(p: Proportions): Shape[] {
  const fin = p.near(50, 4);
  return [
    ...figure({
      head: [18, 14],
      hip: [18, 40],
      hands: [
        [40, 28],
        [6, 34],
      ],
      feet: [
        [10, 62],
        [26, 62],
      ],
    }),
    dark(rectangle(2, 62, 34, 7)),
    stroke(polyline([40, 28], [60, 44]), 4),
    // the shark: back fin, open jaw and teeth above the waves
    dark(polygon([64, 54], [84, fin - 24], [88, 58])),
    body('M40 72 Q56 44 98 60 L98 90 Q66 92 40 84 L62 78 Z'),
    light(polygon([42, 74], [48, 80], [52, 72], [56, 79], [60, 72], [62, 78], [42, 83])),
    dark(circle(68, 64, 4)),
    stroke('M0 92 Q12 82 25 92 Q38 99 50 92 Q62 82 75 92 Q88 99 100 92', 6),
  ];
}

export function stealingCar(p: Proportions): Shape[] {
  const roof = p.near(40, 3);
  return [
    body(polygon([34, 60], [44, 58], [54, roof], [80, roof], [90, 58], [99, 62], [99, 82], [34, 82])),
    light(polygon([51, 57], [58, roof + 6], [66, roof + 6], [66, 57])),
    light(polygon([71, 57], [71, roof + 6], [78, roof + 6], [84, 57])),
    dark(circle(50, 84, 11)),
    dark(circle(84, 84, 11)),
    ...figure({
      head: [16, 34],
      hip: [14, 66],
      hands: [
        [36, 54],
        [36, 62],
      ],
      feet: [
        [4, 94],
        [26, 94],
      ],
    }),
    mask(16, 33),
  ];
}

export function diggingTrap(p: Proportions): Shape[] {
  const depth = p.near(30, 3);
  const floor = 62 + depth;
  return [
    dark(polygon([0, 62], [36, 62], [42, floor], [88, floor], [94, 62], [100, 62], [100, 99], [0, 99])),
    ...[50, 65, 80].map((x) => light(polygon([x - 6, floor], [x, floor - 20], [x + 6, floor]))),
    ...figure({
      head: [18, 8],
      hip: [16, 34],
      hands: [
        [38, 30],
        [34, 40],
      ],
      feet: [
        [6, 61],
        [26, 61],
      ],
    }),
    stroke(polyline([28, 22], [60, 48]), 5),
    body(ellipse(65, 52, 10, 8)),
  ];
}
