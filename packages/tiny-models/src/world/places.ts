import { polyline, rectangle } from './shapes.js';

/** Where a scene is set: what lies behind and below the drawing. Nothing is ever asked about it; it only varies. */
export interface Place {
  readonly id: string;
  readonly sky: string;
  readonly ground: string;
  /** Height of the ground line on the canvas. */
  readonly horizon: number;
  /** One piece of scenery, drawn faintly. */
  readonly scenery: string;
}

export const places: readonly Place[] = [
  { id: 'room', sky: '#f6e7d4', ground: '#dcbf97', horizon: 78, scenery: rectangle(8, 8, 22, 26) },
  {
    id: 'garden',
    sky: '#d3eafb',
    ground: '#bfe0a8',
    horizon: 72,
    scenery: 'M4 72 Q14 40 30 72 Q36 52 48 72',
  },
  {
    id: 'beach',
    sky: '#dcf3f3',
    ground: '#f2e2ae',
    horizon: 66,
    scenery: polyline([0, 60], [30, 56], [60, 60], [100, 56]),
  },
  { id: 'street', sky: '#e3e5ec', ground: '#bcbfc6', horizon: 82, scenery: 'M70 82 L70 30 L94 30 L94 82' },
];
