import { Rng } from '@sea-align/core';

import { colours, type Colour } from './colours.js';
import { conceptById, type Concept } from './concepts.js';
import { places, type Place } from './places.js';
import type { Proportions, Shape } from './shapes.js';
import { styles, type Style } from './styles.js';

export const sizes = ['small', 'medium', 'large'] as const;
export type Size = (typeof sizes)[number];

/** Share of the canvas that a drawing of each size takes. */
export const scaleOf: Record<Size, number> = { small: 0.76, medium: 0.87, large: 0.98 };

/** Everything that decides a picture; plain data, so that it can be stored beside an answer. */
export interface SceneSpec {
  readonly modality: 'image';
  readonly concept: string;
  readonly style: string;
  readonly colour: string;
  readonly place: string;
  readonly size: Size;
  /** Seeds the position, tilt, mirroring, proportions and the unsteady hand. */
  readonly seed: string;
}

/** The item of that id. @throws RangeError listing the ids there are */
export function named<T extends { readonly id: string }>(what: string, list: readonly T[], id: string): T {
  const found = list.find((item) => item.id === id);
  if (!found)
    throw new RangeError(`the toy world has no ${what} '${id}'; it has: ${list.map((i) => i.id).join(', ')}`);
  return found;
}

export const styleById = (id: string): Style => named('style', styles, id);
export const colourById = (id: string): Colour => named('colour', colours, id);
export const placeById = (id: string): Place => named('place', places, id);

/** A scene of `concept` with everything else drawn at random from `seed`; parts can be fixed by `fixed`. */
export function sampleScene(concept: Concept, seed: string, fixed: Partial<SceneSpec> = {}): SceneSpec {
  const rng = new Rng(`scene/${concept.id}/${seed}`);
  return {
    modality: 'image',
    concept: concept.id,
    style: rng.pick(styles).id,
    colour: rng.pick(colours).id,
    place: rng.pick(places).id,
    size: rng.pick(sizes),
    seed,
    ...fixed,
  };
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text as XML character data or a quoted attribute value. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => escapes[character]);

/** Moves every coordinate of a path by up to ± wobble. */
function shaken(path: string, wobble: number, rng: Rng): string {
  if (wobble === 0) return path;
  return path.replace(/-?\d+(\.\d+)?/g, (number) =>
    (Number(number) + (rng.uniform() * 2 - 1) * wobble).toFixed(2),
  );
}

function drawn(shape: Shape, style: Style, colour: Colour, rng: Rng): string {
  const paint = style.paint(shape, colour);
  const line = paint.stroke ? ` stroke="${paint.stroke}" stroke-width="${paint.width ?? 1}"` : '';
  const fill = ` fill="${paint.fill ?? 'none'}"${paint.fillOpacity === undefined ? '' : ` fill-opacity="${paint.fillOpacity}"`}`;
  return Array.from(
    { length: style.passes },
    () => `<path d="${shaken(shape.path, style.wobble, rng)}"${fill}${line}/>`,
  ).join('');
}

/**
 * The scene as a self-contained SVG of `pixels` x `pixels`. Deterministic: the same spec gives the same string.
 * @throws RangeError for a concept, style, colour or place that the world does not have.
 */
export function renderSvg(spec: SceneSpec, pixels = 320): string {
  const concept = conceptById(spec.concept);
  const style = styleById(spec.style);
  const colour = colourById(spec.colour);
  const rng = new Rng(
    `pose/${spec.concept}/${spec.style}/${spec.colour}/${spec.place}/${spec.size}/${spec.seed}`,
  );
  const within = (spread: number): number => (rng.uniform() * 2 - 1) * spread;
  const proportions: Proportions = { near: (value, spread) => value + within(spread) };

  const scale = scaleOf[spec.size] * (1 + within(0.04));
  const slack = 50 * (1 - scale) + 3;
  const [dx, dy, tilt] = [within(slack), within(slack), within(6)];
  const [stretchX, stretchY] = [1 + within(0.05), 1 + within(0.05)];
  const mirror = rng.uniform() < 0.5 ? -1 : 1;
  const matrix =
    `translate(${(50 + dx).toFixed(2)} ${(50 + dy).toFixed(2)}) rotate(${tilt.toFixed(2)})` +
    ` scale(${(mirror * scale * stretchX).toFixed(4)} ${(scale * stretchY).toFixed(4)}) translate(-50 -50)`;

  const shapes = concept.draw(proportions).map((shape) => drawn(shape, style, colour, rng));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${pixels}" height="${pixels}" viewBox="0 0 100 100">` +
    `<title>${escapeXml(`${concept.name}, ${style.name} in ${colour.name}`)}</title>` +
    style.background(placeById(spec.place)) +
    `<g transform="${matrix}" stroke-linecap="round" stroke-linejoin="round">${shapes.join('')}</g></svg>`
  );
}
