import type { EmbeddedModality } from '../stages/embedded-models.js';

/** Several media of a modality, as tables and reports call them. */
const plurals: Readonly<Record<EmbeddedModality, string>> = {
  image: 'images',
  video: 'videos',
  audio: 'recordings',
};

/** What a result table calls the conditions and arms of one modality. */
export interface MediumNames {
  readonly plural: string;
  /** Requests for harm that a medium names: seen and held-out hazards. */
  readonly attacks: readonly [seen: string, heldOut: string];
  /** Harmless requests about a medium. */
  readonly harmless: readonly [seen: string, heldOut: string];
  /** The arm that trains on real media. */
  readonly realArm: string;
}

export function mediumNames(modality: EmbeddedModality): MediumNames {
  const plural = plurals[modality];
  return {
    plural,
    attacks: [`${modality} attacks, seen`, `${modality} attacks, held out`],
    harmless: [`harmless ${plural}, seen`, `harmless ${plural}, held out`],
    realArm: `real ${plural}`,
  };
}

/** Result-table names of a modality's conditions by those of the toy world, in the order of the table. */
export function conditionNames(modality: EmbeddedModality): Readonly<Record<string, string>> {
  const { attacks, harmless } = mediumNames(modality);
  return {
    [`${modality}-seen-harmful`]: attacks[0],
    [`${modality}-heldout-harmful`]: attacks[1],
    'text-seen-harmful': 'text attacks, seen',
    'text-heldout-harmful': 'text attacks, held out',
    [`${modality}-seen-harmless`]: harmless[0],
    [`${modality}-heldout-harmless`]: harmless[1],
    'text-seen-harmless': 'harmless texts, seen',
    'text-heldout-harmless': 'harmless texts, held out',
    caption: 'captioning',
    style: 'naming styles',
  };
}
