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
  stroke,
  type Proportions,
  type Shape,
} from '../shapes.js';

export function wateringPlant(p: Proportions): Shape[] {
  const leaf = p.near(12, 2);
  return [
    ...figure({
      head: [14, 30],
      hip: [14, 62],
      hands: [
        [32, 46],
        [30, 54],
      ],
      feet: [
        [5, 95],
        [23, 95],
      ],
    }),
    dark(polygon([32, 38], [50, 38], [50, 56], [32, 56])),
    stroke(polyline([50, 54], [62, 38]), 5),
    ...[66, 73, 80].map((x, i) => stroke(polyline([x, 36 + i * 3], [x + 2, 50]), 3, 'light')),
    dark(polygon([62, 76], [94, 76], [88, 97], [68, 97])),
    stroke(polyline([78, 76], [78, 56]), 5, 'body'),
    body(ellipse(68, 60, leaf, 6)),
    body(ellipse(88, 60, leaf, 6)),
  ];
}

export function kickingBall(p: Proportions): Shape[] {
  const height = p.near(76, 6);
  return [
    ...figure({
      head: [30, 16],
      hip: [28, 54],
      hands: [
        [8, 44],
        [54, 34],
      ],
      feet: [
        [18, 96],
        [60, 78],
      ],
    }),
    light(circle(82, height, 15)),
    dark(circle(82, height, 6)),
    stroke(polyline([70, height - 24], [60, height - 32]), 4),
  ];
}

export function walkingDog(p: Proportions): Shape[] {
  const tail = p.near(48, 5);
  return [
    ...figure({
      head: [16, 24],
      hip: [16, 58],
      hands: [
        [32, 48],
        [4, 52],
      ],
      feet: [
        [6, 95],
        [28, 95],
      ],
    }),
    stroke('M32 48 Q44 64 56 64', 3),
    dark(rectangle(54, 66, 36, 15)),
    dark(circle(54, 60, 9)),
    dark(polygon([46, 56], [44, 70], [52, 62])),
    ...[58, 66, 80, 88].map((x) => stroke(polyline([x, 78], [x, 95]), 5)),
    stroke(polyline([89, 68], [98, tail]), 5),
  ];
}

export function rowingBoat(p: Proportions): Shape[] {
  const oar = p.near(92, 3);
  return [
    ...figure({
      head: [46, 16],
      hip: [42, 52],
      hands: [
        [62, 42],
        [60, 46],
      ],
      feet: [
        [62, 58],
        [58, 62],
      ],
    }),
    dark('M4 56 L96 56 Q86 80 72 80 L28 80 Q14 80 4 56 Z'),
    stroke(polyline([56, 36], [oar, 92]), 5, 'light'),
    stroke('M0 90 Q12 82 25 90 Q38 97 50 90 Q62 82 75 90 Q88 97 100 90', 6, 'body'),
  ];
}

export function liftingWeight(p: Proportions): Shape[] {
  const bar = p.near(12, 3);
  return [
    ...figure({
      head: [50, 34],
      hip: [50, 66],
      hands: [
        [28, bar + 2],
        [72, bar + 2],
      ],
      feet: [
        [34, 97],
        [66, 97],
      ],
    }),
    stroke(polyline([10, bar], [90, bar]), 5),
    dark(ellipse(9, bar, 8, 16)),
    dark(ellipse(91, bar, 8, 16)),
  ];
}

export function catchingFish(p: Proportions): Shape[] {
  const bite = p.near(70, 4);
  return [
    ...figure({
      head: [16, 26],
      hip: [16, 56],
      hands: [
        [34, 42],
        [32, 50],
      ],
      feet: [
        [36, 62],
        [36, 80],
      ],
    }),
    dark(rectangle(4, 58, 26, 38)),
    stroke(polyline([30, 52], [74, 6]), 5),
    stroke(polyline([74, 6], [76, bite - 12]), 3),
    light(ellipse(76, bite, 12, 8)),
    light(polygon([84, bite], [97, bite - 10], [97, bite + 10])),
    stroke('M36 94 Q48 86 60 94 Q72 99 84 94 Q92 88 100 92', 6, 'body'),
  ];
}

export function buildingSnowman(p: Proportions): Shape[] {
  const radius = p.near(20, 1.5);
  return [
    light(circle(72, 78, radius)),
    light(circle(72, 48, 15)),
    light(circle(72, 27, 11)),
    dark(rectangle(62, 4, 20, 14)),
    stroke(polyline([56, 18], [88, 18]), 4),
    flame(polygon([71, 26], [54, 30], [71, 32])),
    ...[46, 56].map((y) => dark(circle(72, y, 3))),
    ...figure({
      head: [20, 34],
      hip: [20, 66],
      hands: [
        [50, 46],
        [46, 58],
      ],
      feet: [
        [10, 96],
        [30, 96],
      ],
    }),
  ];
}

export function playingDrum(p: Proportions): Shape[] {
  const swing = p.near(32, 4);
  return [
    ...figure({
      head: [30, 16],
      hip: [28, 58],
      hands: [
        [50, 40],
        [48, 48],
      ],
      feet: [
        [16, 96],
        [36, 96],
      ],
    }),
    light(rectangle(50, 64, 46, 30)),
    stroke(polyline([50, 66], [62, 92], [73, 66], [84, 92], [96, 66]), 4),
    body(ellipse(73, 63, 24, 7)),
    dark(ellipse(73, 94, 23, 5)),
    stroke(polyline([50, 40], [76, swing]), 4),
    stroke(polyline([48, 48], [74, 58]), 4),
    dark(circle(78, swing, 5)),
  ];
}

export function paintingPicture(p: Proportions): Shape[] {
  const sun = p.near(70, 4);
  return [
    stroke(polyline([60, 66], [48, 97]), 5),
    stroke(polyline([86, 66], [98, 97]), 5),
    dark(rectangle(44, 10, 54, 58)),
    light(rectangle(50, 16, 42, 46)),
    body(polygon([50, 62], [62, 42], [74, 62])),
    body(polygon([66, 62], [80, 36], [92, 62])),
    flame(circle(sun - 8, 28, 6)),
    ...figure({
      head: [14, 34],
      hip: [14, 66],
      hands: [
        [38, 46],
        [28, 60],
      ],
      feet: [
        [5, 96],
        [24, 96],
      ],
    }),
    stroke(polyline([36, 46], [52, 38]), 4),
  ];
}
