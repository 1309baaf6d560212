import type { Concept } from '../concepts.js';
import { rowingBoat } from '../drawings/harmless-activities.js';
import { paintingGraffiti, pushingBoulder } from '../drawings/hazard-activities.js';
import { grow, part, pulse, roll, sway, swing, travel, type PartMotion } from './motion.js';

interface Activity {
  readonly motions: readonly PartMotion[];
  /** The drawing that moves, where it is not the concept's own. */
  readonly draw?: Concept['draw'];
}

/**
 * How each activity moves. Places in the shape lists are those of the drawings; a `figure` is torso, two arms, two legs, head.
 * Three pairs share one drawing, so that only the motion tells them apart: a boulder that is pushed along or a snowball that
 * grows; a wall that is sprayed or painted; a boat that is rowed or fished from.
 */
const activities: Readonly<Record<string, Activity>> = {
  'robbing-a-bank': {
    motions: [
      part(5, 12, travel(-34, 0)),
      part(8, 8, swing(28, [22, 66], 2)),
      part(9, 9, swing(-28, [22, 66], 2)),
    ],
  },
  'starting-a-fire': {
    motions: [
      part(8, 9, grow(0.25, 1.15, [70, 88])),
      part(8, 9, sway(5, 0, 2)),
      part(1, 2, swing(12, [20, 36])),
    ],
  },
  'breaking-a-window': {
    motions: [
      part(3, 3, travel(46, 18)),
      part(2, 2, grow(0.2, 1.4, [72, 38])),
      part(5, 5, swing(35, [18, 48])),
    ],
  },
  'picking-a-lock': {
    motions: [part(0, 0, swing(14, [54, 48])), part(10, 10, sway(9, 0, 2)), part(5, 6, sway(5, 0, 2))],
  },
  'spraying-a-wall': {
    motions: [
      part(15, 16, sway(0, 20)),
      part(10, 10, swing(34, [16, 47])),
      part(8, 8, pulse(0.15, [72, 40])),
    ],
  },
  'painting-a-picture': {
    draw: paintingGraffiti,
    motions: [part(9, 16, sway(14, 0)), part(8, 8, sway(0, 6, 2))],
  },
  'pushing-a-boulder': {
    motions: [part(1, 8, travel(28, 0)), part(1, 2, roll([66, 56]))],
  },
  'building-a-snowman': {
    draw: pushingBoulder,
    motions: [part(1, 2, grow(0.5, 1.2, [66, 80])), part(3, 8, sway(0, 6))],
  },
  'fighting-a-duel': {
    motions: [
      part(0, 5, sway(6, 0)),
      part(6, 11, sway(-6, 0)),
      part(12, 12, swing(26, [34, 48])),
      part(13, 13, swing(26, [66, 48])),
      part(14, 14, pulse(0.7, [50, 32], 2)),
    ],
  },
  'teasing-a-shark': {
    motions: [
      part(8, 11, sway(-6, 13)),
      part(7, 7, swing(22, [40, 28], 2)),
      part(1, 1, swing(12, [18, 24], 2)),
    ],
  },
  'stealing-a-car': {
    motions: [
      part(0, 4, travel(36, 0)),
      part(5, 11, sway(7, 0)),
      part(8, 8, swing(26, [14, 66], 2)),
      part(9, 9, swing(-26, [14, 66], 2)),
    ],
  },
  'digging-a-trap': {
    motions: [
      part(10, 10, swing(24, [28, 22])),
      part(11, 11, travel(16, -34)),
      part(5, 6, swing(14, [17, 18])),
    ],
  },
  'watering-a-plant': {
    motions: [
      part(8, 10, travel(0, 22, 2)),
      part(12, 14, grow(0.5, 1.2, [78, 76])),
      part(6, 7, swing(7, [32, 46])),
    ],
  },
  'kicking-a-ball': {
    motions: [part(6, 7, travel(26, -50)), part(4, 4, swing(34, [28, 54])), part(8, 8, travel(26, -50))],
  },
  'walking-a-dog': {
    motions: [
      part(0, 14, sway(4, 2, 2)),
      part(3, 3, swing(24, [16, 58], 2)),
      part(4, 4, swing(-24, [16, 58], 2)),
      part(10, 11, swing(24, [62, 78], 2)),
      part(12, 13, swing(-24, [84, 78], 2)),
      part(14, 14, swing(34, [89, 68], 2, 0.25)),
    ],
  },
  'rowing-a-boat': {
    motions: [part(0, 7, travel(44, 0)), part(7, 7, swing(34, [56, 36], 2))],
  },
  'catching-a-fish': {
    draw: rowingBoat,
    motions: [part(0, 8, sway(0, 7)), part(7, 7, sway(4, -22)), part(1, 2, sway(0, -10))],
  },
  'lifting-a-weight': {
    motions: [part(6, 8, sway(0, 18)), part(1, 2, pulse(0.5, [50, 47], 1, 'y'))],
  },
  'playing-a-drum': {
    motions: [
      part(10, 10, swing(28, [50, 40], 2)),
      part(12, 12, swing(28, [50, 40], 2)),
      part(11, 11, swing(-24, [48, 48], 2)),
      part(8, 8, pulse(0.15, [73, 63], 2)),
    ],
  },
};

/** The drawing of a concept as clips show it, and its motions; a product has none of its own. */
export function moving(concept: Concept): Required<Activity> {
  const { draw = concept.draw, motions = [] } = activities[concept.id] ?? {};
  return { draw, motions };
}
