import { Rng } from '@sea-align/core';

import { colours } from '../colours.js';
import { conceptById, type Concept } from '../concepts.js';
import { places } from '../places.js';
import { colourById, escapeXml, named, placeById, scaleOf, sizes, type Size } from '../scene.js';
import { rectangle } from '../shapes.js';
import { flatTones } from '../styles.js';
import { moving } from './activities.js';
import { cameraStyles, type CameraStyle } from './camera.js';

/** Frames of a clip. */
export const clipFrames = 8;

/** Everything that decides a clip; plain data, so that it can be stored beside an answer. */
export interface ClipSpec {
  readonly modality: 'video';
  readonly concept: string;
  /** The camera. */
  readonly style: string;
  readonly colour: string;
  readonly place: string;
  readonly size: Size;
  /** Seeds position, tilt, mirroring, proportions, the pace and moment of the motion, and the hand of the camera. */
  readonly seed: string;
}

export const cameraById = (id: string): CameraStyle => named('camera', cameraStyles, id);

/** A clip of `concept` with everything else drawn at random from `seed`; parts can be fixed by `fixed`. */
export function sampleClip(concept: Concept, seed: string, fixed: Partial<ClipSpec> = {}): ClipSpec {
  const rng = new Rng(`clip/${concept.id}/${seed}`);
  return {
    modality: 'video',
    concept: concept.id,
    style: rng.pick(cameraStyles).id,
    colour: rng.pick(colours).id,
    place: rng.pick(places).id,
    size: rng.pick(sizes),
    seed,
    ...fixed,
  };
}

/**
 * The frames of a clip, one below the other, as a self-contained SVG of `pixels` x `frames * pixels`. Deterministic: the same
 * spec gives the same string.
 * @throws RangeError for a concept, camera, colour or place that the world does not have
 */
export function renderFilmStrip(spec: ClipSpec, pixels = 32): string {
  const concept = conceptById(spec.concept);
  const colour = colourById(spec.colour);
  const place = placeById(spec.place);
  const rng = new Rng(
    `motion/${spec.concept}/${spec.style}/${spec.colour}/${spec.place}/${spec.size}/${spec.seed}`,
  );
  const within = (spread: number): number => (rng.uniform() * 2 - 1) * spread;

  const scale = scaleOf[spec.size] * (1 + within(0.04));
  const slack = 50 * (1 - scale) + 3;
  const [dx, dy, tilt] = [within(slack), within(slack), within(5)];
  const mirror = rng.uniform() < 0.5 ? -1 : 1;
  const pose =
    `translate(${(50 + dx).toFixed(2)} ${(50 + dy).toFixed(2)}) rotate(${tilt.toFixed(2)})` +
    ` scale(${(mirror * scale * (1 + within(0.05))).toFixed(4)} ${(scale * (1 + within(0.05))).toFixed(4)})` +
    ` translate(-50 -50)`;
  const [start, pace] = [rng.uniform(), 1 + within(0.15)];

  const { draw, motions } = moving(concept);
  const tones = flatTones(colour);
  const shapes = draw({ near: (value, spread) => value + within(spread) }).map(({ path, role, width }) =>
    width === undefined
      ? `<path d="${path}" fill="${tones[role]}"`
      : `<path d="${path}" fill="none" stroke="${tones[role]}" stroke-width="${width}"`,
  );
  // Wider than the frame on every side: the camera turns and shakes.
  const backdrop =
    `<path d="${rectangle(-60, -60, 220, 220)}" fill="${place.sky}"/>` +
    `<path d="${rectangle(-60, place.horizon, 220, 160 - place.horizon)}" fill="${place.ground}"/>`;
  const cameras = cameraById(spec.style).path(clipFrames, rng);

  const frames = cameras.map((camera, frame) => {
    const time = start + (pace * frame) / clipFrames;
    const drawn = shapes.map((shape, index) => {
      const moves = motions
        .filter(({ first, last }) => index >= first && index <= last)
        .map(({ move }) => move(time));
      return `${shape}${moves.length > 0 ? ` transform="${moves.join(' ')}"` : ''}/>`;
    });
    return (
      `<svg y="${frame * pixels}" width="${pixels}" height="${pixels}" viewBox="0 0 100 100"><g transform="${camera}">` +
      `${backdrop}<g transform="${pose}" stroke-linecap="round" stroke-linejoin="round">${drawn.join('')}</g></g></svg>`
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${pixels}" height="${clipFrames * pixels}">` +
    `<title>${escapeXml(`${concept.name}, ${cameraById(spec.style).name}, in ${colour.name}`)}</title>${frames.join('')}</svg>`
  );
}
