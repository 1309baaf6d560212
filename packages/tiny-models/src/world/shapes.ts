/**
 * Drawing primitives. A drawing is a list of shapes on a 100 x 100 canvas, y downwards. Paths use the absolute commands
 * M, L, Q, C and Z only, so every number of a path is a coordinate: that is what lets a style shake each point.
 */

/** What a shape is painted with; a style decides the colour. */
export type Role = 'body' | 'dark' | 'light' | 'flame';

/** One path of a drawing. */
export interface Shape {
  readonly path: string;
  readonly role: Role;
  /** Stroke width in canvas units; absent for a filled area. */
  readonly width?: number;
}

export type Point = readonly [x: number, y: number];

/** Proportions of one drawing: `near(value, spread)` is uniform in value ± spread. */
export interface Proportions {
  near(value: number, spread: number): number;
}

const round = (value: number): number => Math.round(value * 100) / 100;

export const body = (path: string): Shape => ({ path, role: 'body' });
export const dark = (path: string): Shape => ({ path, role: 'dark' });
export const light = (path: string): Shape => ({ path, role: 'light' });
export const flame = (path: string): Shape => ({ path, role: 'flame' });

/** A line of the given width (canvas units). */
export const stroke = (path: string, width = 6, role: Role = 'dark'): Shape => ({ path, role, width });

export const polygon = (...points: Point[]): string =>
  `M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join(' L')} Z`;

export const polyline = (...points: Point[]): string =>
  `M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join(' L')}`;

export const rectangle = (x: number, y: number, width: number, height: number): string =>
  polygon([x, y], [x + width, y], [x + width, y + height], [x, y + height]);

/** Four cubic Béziers; 0.5523 is the usual circle constant 4/3 (√2 - 1). */
export function ellipse(cx: number, cy: number, rx: number, ry: number): string {
  const [kx, ky] = [rx * 0.5523, ry * 0.5523];
  const at = (...numbers: number[]): string => numbers.map(round).join(' ');
  return (
    `M${at(cx - rx, cy)} C${at(cx - rx, cy - ky, cx - kx, cy - ry, cx, cy - ry)}` +
    ` C${at(cx + kx, cy - ry, cx + rx, cy - ky, cx + rx, cy)}` +
    ` C${at(cx + rx, cy + ky, cx + kx, cy + ry, cx, cy + ry)}` +
    ` C${at(cx - kx, cy + ry, cx - rx, cy + ky, cx - rx, cy)} Z`
  );
}

export const circle = (cx: number, cy: number, radius: number): string => ellipse(cx, cy, radius, radius);

/** A star of `tips` points between the radii `outer` and `inner`; `turn` in radians. */
export function star(cx: number, cy: number, outer: number, inner: number, tips: number, turn = 0): string {
  const points = Array.from({ length: tips * 2 }, (_, i): Point => {
    const radius = i % 2 === 0 ? outer : inner;
    const angle = turn - Math.PI / 2 + (Math.PI * i) / tips;
    return [cx + radius * Math.cos(angle), cy + radius * Math.sin(angle)];
  });
  return polygon(...points);
}

export interface Pose {
  readonly head: Point;
  readonly hip: Point;
  readonly hands: readonly [Point, Point];
  readonly feet: readonly [Point, Point];
}

/** A stick figure, head radius 8, limbs 6 units thick. */
export function figure({ head, hip, hands, feet }: Pose): Shape[] {
  const shoulder: Point = [head[0] + (hip[0] - head[0]) * 0.4, head[1] + (hip[1] - head[1]) * 0.4];
  return [
    stroke(polyline(head, hip), 7, 'body'),
    ...hands.map((hand) => stroke(polyline(shoulder, hand), 6, 'body')),
    ...feet.map((foot) => stroke(polyline(hip, foot), 6, 'body')),
    body(circle(head[0], head[1], 8.5)),
  ];
}
