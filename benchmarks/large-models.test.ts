import { expect, it } from 'vitest';
import { largeModelsReport, type MeasuredModel } from './large-models.js';

const peak = (resident: number, anonymous: number) => ({ resident, anonymous, mapped: resident - anonymous });

const measured: MeasuredModel = {
  name: 'llava-1.5-7b',
  checkpoint: { folder: '/c', parameters: 7.06e9, bytes: 14.12e9, shards: 3, reused: false },
  step: {
    engine: 'onnxruntime-node',
    weights: 'float16',
    tokens: 576,
    embedding: [576, 1024],
    stages: [
      { stage: 'load', seconds: 31.4, peak: peak(0.6e9, 0.5e9) },
      { stage: 'encode', seconds: 4.2, peak: peak(0.9e9, 0.4e9) },
      { stage: 'prefix', seconds: 12, peak: peak(1.5e9, 0.5e9) },
      { stage: 'step', seconds: 219.7, peak: peak(3.4e9, 1.2e9) },
      { stage: 'update', seconds: 0.0812, peak: peak(1e9, 0.6e9) },
      { stage: 'step again', seconds: 70, peak: peak(2e9, 1.4e9) },
    ],
    forwardSeconds: 70,
    losses: [201.403, 101.038],
  },
};

it('a row tells seconds by stage, the largest peaks of all stages, and what the update did to the loss', () => {
  const { title, columns, rows } = largeModelsReport([measured], { layers: undefined, threads: 2 });
  expect(title).toBe('One optimisation step at 7B shapes');
  expect(Object.fromEntries(columns.map((column, at) => [column, rows[0][at]]))).toEqual({
    model: 'llava-hf/llava-1.5-7b-hf',
    'GB on disk': '14.1, 3 shards',
    'modality tokens': '576',
    'load, s': '31.4',
    'M(blank), s': '4.20',
    'prefix, s': '12.0',
    'loss and gradient, s': '220',
    'update, s': '0.0812',
    'peak resident, GB': '3.4',
    'peak anonymous, GB': '1.4',
    'loss before, after': '201.40, 101.04',
  });
});

it('a try with fewer layers is called one, and memory that could not be measured says so', () => {
  const stages = measured.step.stages.map((stage) => ({ ...stage, peak: undefined }));
  const step = { ...measured.step, stages };
  const { title, how, rows } = largeModelsReport([{ ...measured, step }], { layers: 4, threads: 2 });
  expect(title).toContain('layers: 4');
  expect(how).toContain('with 4 layers in the language model');
  expect(rows[0]).toContain('not measured');
});
