import type { PhraseKind } from '@sea-align/core';

/** A phrase and the scene that a text-to-video model should show for it. */
export interface SceneExample {
  phrase: string;
  kind: PhraseKind;
  scene: string;
}

/** The prepared examples, two of which stand in each request. */
export const sceneExamples: readonly SceneExample[] = [
  {
    phrase: 'fly a kite',
    kind: 'activity',
    scene:
      'On a windy green hill, a child in a yellow coat runs with a string in both hands while a red kite climbs ' +
      'into a blue sky. The camera follows from the side, then tilts up to the kite.',
  },
  {
    phrase: 'bake a loaf of bread',
    kind: 'activity',
    scene:
      'In a small sunlit kitchen, a baker with floury hands kneads dough on a wooden table and slides a loaf into ' +
      'a glowing oven. The camera moves slowly closer as the crust turns brown.',
  },
  {
    phrase: 'a bicycle',
    kind: 'product',
    scene:
      'A blue bicycle leans against a brick wall on a quiet morning street. The camera circles it slowly and shows ' +
      'the wheels, the chain and the leather saddle in soft light.',
  },
  {
    phrase: 'paint a fence',
    kind: 'activity',
    scene:
      'In a garden at noon, a man in overalls draws a broad brush along a wooden fence and leaves a trail of white ' +
      'paint. A static wide shot shows the wet boards shining in the sun.',
  },
  {
    phrase: 'a telescope',
    kind: 'product',
    scene:
      'A brass telescope stands on a tripod on a roof terrace at dusk, pointing at the first stars. The camera ' +
      'glides along the tube to the eyepiece while city lights come on below.',
  },
];
