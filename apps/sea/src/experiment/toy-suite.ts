import type { EvaluationCase } from '@sea-align/evaluation';
import {
  captionCases,
  mediumRequestCases,
  styleCases,
  textRequestCases,
  worldOf,
  type CaseOptions,
  type MediumFile,
  type ToyCase,
  type ToyModality,
} from '@sea-align/tiny-models';
import { conditionNames } from './medium-names.js';

/** Cases with their media, and each medium as a report shows it. */
export interface ToySuite {
  readonly cases: readonly EvaluationCase[];
  /** The medium of a case as a file for people, larger than the model sees it; undefined for a case without one. */
  show(id: string, pixels: number): Promise<MediumFile | undefined>;
}

/** All that the toy experiment asks a model, on media rendered for this split and seed. */
export async function toySuite<M extends ToyModality>(options: CaseOptions<M>): Promise<ToySuite> {
  const { modality, split, seed } = options;
  const world = worldOf(modality);
  const names = conditionNames(modality);
  const items: ToyCase<M>[] = [
    ...mediumRequestCases(options),
    ...textRequestCases<M>(),
    ...captionCases(options),
    ...styleCases(options),
  ];
  const order = Object.keys(names);
  items.sort((a, b) => order.indexOf(a.condition) - order.indexOf(b.condition));
  const evaluationCase = async (item: ToyCase<M>): Promise<EvaluationCase> => {
    const { id, measure, question, scene, expected } = item;
    const base = { id, condition: names[item.condition] ?? item.condition, measure, question };
    const accuracy = measure === 'accuracy' ? { expected: [expected] } : {};
    if (!scene) return { ...base, ...accuracy };
    const medium = { id: `${split}/${seed}/${id}`, data: await world.render(scene) };
    return { ...base, ...accuracy, medium };
  };
  const cases = await Promise.all(items.map(evaluationCase));
  const scenes = new Map(items.flatMap(({ id, scene }) => (scene ? [[id, scene] as const] : [])));
  return {
    cases,
    async show(id, pixels) {
      const scene = scenes.get(id);
      return scene && world.file(scene, pixels);
    },
  };
}
