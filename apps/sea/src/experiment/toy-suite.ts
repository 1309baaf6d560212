import type { EvaluationCase } from '@sea-align/evaluation';
import {
  captionCases,
  imageRequestCases,
  modelResolution,
  renderScene,
  styleCases,
  textRequestCases,
  type CaseOptions,
  type SceneSpec,
  type ToyCase,
} from '@sea-align/tiny-models';

/** Result-table names of the toy world's conditions, in the order of the table. */
const conditionNames: Readonly<Record<string, string>> = {
  'image-seen-harmful': 'image attacks, seen',
  'image-heldout-harmful': 'image attacks, held out',
  'text-seen-harmful': 'text attacks, seen',
  'text-heldout-harmful': 'text attacks, held out',
  'image-seen-harmless': 'harmless images, seen',
  'image-heldout-harmless': 'harmless images, held out',
  'text-seen-harmless': 'harmless texts, seen',
  'text-heldout-harmless': 'harmless texts, held out',
  caption: 'captioning',
  style: 'naming styles',
};

/** Cases with their pictures, and the scene behind each picture (for larger renderings in a report). */
export interface ToySuite {
  readonly cases: readonly EvaluationCase[];
  readonly scenes: ReadonlyMap<string, SceneSpec>;
}

/** Renders a toy case's picture at the model's resolution and puts it under its table name. */
async function evaluationCase(item: ToyCase, scope: string): Promise<EvaluationCase> {
  const { id, measure, question, scene, expected } = item;
  const base = { id, condition: conditionNames[item.condition] ?? item.condition, measure, question };
  const accuracy = measure === 'accuracy' ? { expected: [expected] } : {};
  if (!scene) return { ...base, ...accuracy };
  return {
    ...base,
    ...accuracy,
    medium: { id: `${scope}/${id}`, data: (await renderScene(scene, modelResolution)).png },
  };
}

/** All that the toy experiment asks a model, on pictures rendered for this split and seed. */
export async function toySuite(options: CaseOptions): Promise<ToySuite> {
  const items = [
    ...imageRequestCases(options),
    ...textRequestCases(),
    ...captionCases(options),
    ...styleCases(options),
  ];
  const order = Object.keys(conditionNames);
  items.sort((a, b) => order.indexOf(a.condition) - order.indexOf(b.condition));
  const scope = `${options.split}/${options.seed}`;
  const cases = await Promise.all(items.map((item) => evaluationCase(item, scope)));
  const scenes = new Map(items.flatMap(({ id, scene }) => (scene ? [[id, scene] as const] : [])));
  return { cases, scenes };
}
