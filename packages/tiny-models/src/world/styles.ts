import type { Colour } from './colours.js';
import type { Place } from './places.js';
import { rectangle, type Role, type Shape } from './shapes.js';

/** How a path is painted; colours are CSS hex. */
export interface Paint {
  readonly fill?: string;
  readonly fillOpacity?: number;
  readonly stroke?: string;
  readonly width?: number;
}

/** A way of drawing: the paper, the paint of each role, how unsteady the hand is. */
export interface Style {
  readonly id: string;
  /** As the models say it, with its article. */
  readonly name: string;
  /** Largest displacement of a point, in canvas units. */
  readonly wobble: number;
  /** How often each shape is drawn over, each time with another unsteady hand. */
  readonly passes: number;
  background(place: Place): string;
  paint(shape: Shape, colour: Colour): Paint;
}

const area = (path: string, fill: string): string => `<path d="${path}" fill="${fill}"/>`;
const contour = (path: string, colour: string, width: number): string =>
  `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}"/>`;
const whole = rectangle(0, 0, 100, 100);
const below = (horizon: number): string => rectangle(0, horizon, 100, 100 - horizon);

/** A line keeps its own width; an area gets its fill. */
function linesOrAreas(tones: Record<Role, string>, outline?: { colour: string; width: number }) {
  return (shape: Shape): Paint =>
    shape.width !== undefined
      ? { stroke: tones[shape.role], width: shape.width }
      : { fill: tones[shape.role], ...(outline && { stroke: outline.colour, width: outline.width }) };
}

/** The paint of each role in a flat drawing. */
export const flatTones = (colour: Colour): Record<Role, string> => ({
  body: colour.ink,
  dark: '#343841',
  light: '#ffffff',
  flame: '#ff8a1f',
});

const flatCartoon: Style = {
  id: 'flat',
  name: 'a flat cartoon',
  wobble: 0,
  passes: 1,
  background: (place) => area(whole, place.sky) + area(below(place.horizon), place.ground),
  paint: (shape, colour) => linesOrAreas(flatTones(colour))(shape),
};

const comicPrint: Style = {
  id: 'comic',
  name: 'a comic print',
  wobble: 0,
  passes: 1,
  background: (place) => {
    const dots: string[] = [];
    for (let row = 0; row < 8; row++) {
      for (let column = 0; column < 8; column++) {
        const [x, y] = [column * 13 + (row % 2) * 6.5, row * 13 + 4];
        dots.push(`<circle cx="${x}" cy="${y}" r="3.6" fill="#f2a63b"/>`);
      }
    }
    return (
      area(whole, '#ffe98f') +
      dots.join('') +
      contour(`M0 ${place.horizon} L100 ${place.horizon}`, '#1b1b1f', 2)
    );
  },
  paint: (shape, colour) => {
    const tones = { body: colour.ink, dark: '#1b1b1f', light: '#ffffff', flame: '#ff5a1f' };
    return linesOrAreas(tones, { colour: '#1b1b1f', width: 3.5 })(shape);
  },
};

const pencilSketch: Style = {
  id: 'sketch',
  name: 'a pencil sketch',
  wobble: 1.4,
  passes: 2,
  background: (place) =>
    area(whole, '#fbf9f3') +
    contour(place.scenery, '#d9d5ca', 2) +
    contour(`M0 ${place.horizon} L100 ${place.horizon - 1}`, '#cfcabd', 2),
  paint: (shape, colour) => {
    const lead: Record<Role, string> = {
      body: colour.ink,
      dark: '#4b4b50',
      light: '#6a6a70',
      flame: '#e8822a',
    };
    if (shape.width !== undefined) return { stroke: lead[shape.role], width: shape.width * 0.62 };
    const fillOpacity = { body: 0.3, dark: 0.45, light: 0.6, flame: 0.25 }[shape.role];
    const fill = shape.role === 'light' ? '#fbf9f3' : lead[shape.role];
    return { fill, fillOpacity, stroke: lead[shape.role], width: 2.6 };
  },
};

const chalkDrawing: Style = {
  id: 'chalk',
  name: 'a chalk drawing',
  wobble: 0.9,
  passes: 1,
  background: (place) =>
    area(whole, '#273133') +
    contour(place.scenery, '#435052', 2.5) +
    contour(`M0 ${place.horizon} L100 ${place.horizon}`, '#4b595b', 2.5) +
    contour(rectangle(1, 1, 98, 98), '#8a5f38', 5),
  paint: (shape, colour) => {
    const chalk: Record<Role, string> = {
      body: colour.chalk,
      dark: '#cdd5d6',
      light: '#ffffff',
      flame: '#ffa552',
    };
    if (shape.width !== undefined) return { stroke: chalk[shape.role], width: shape.width };
    if (shape.role === 'dark') return { fill: '#273133', stroke: chalk.dark, width: 3.5 };
    return { fill: chalk[shape.role], fillOpacity: 0.82, stroke: chalk[shape.role], width: 2 };
  },
};

export const styles: readonly Style[] = [flatCartoon, comicPrint, pencilSketch, chalkDrawing];
