import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { writeSafetensors } from '@sea-align/compute';
import { CheckpointError, writeFileAtomic } from '@sea-align/core';

import type { ModelWeights } from '../weights/model-weights.js';
import { transformersModuleName } from './module-names.js';

/** A LoRA that was trained, as mllm's sequence trainer holds it. */
export interface TrainedLora {
  rank: number;
  alpha: number;
  /** `MODULE.lora_A` [rank, in] and `MODULE.lora_B` [out, rank] by name. */
  parameters: ReadonlyMap<string, Float32Array>;
}

const parameterName = /^(.+)\.lora_([AB])$/;

/**
 * Writes a LoRA as a PEFT adapter folder: adapter_config.json and adapter_model.safetensors, with tensors named
 * `base_model.model.MODULE.lora_A.weight` after the modules of transformers >= 4.52. `PeftModel.from_pretrained`
 * and loadAdapter read it.
 *
 * `target_modules` lists whole module names, since a bare "q_proj" would match the modality encoder's too.
 *
 * @param baseModel name or folder of the checkpoint that was adapted
 * @throws DiskError
 */
export async function saveAdapter(
  folder: string,
  model: { weights: Pick<ModelWeights, 'shape'> },
  lora: TrainedLora,
  baseModel: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const modules = new Set<string>();
  const tensors = [...lora.parameters].map(([name, data]) => {
    const match = parameterName.exec(name);
    if (match === null) throw new CheckpointError(`"${name}" is not the name of a LoRA parameter.`);
    const [, module, factor] = match;
    const [outputs, inputs] = model.weights.shape(`${module}.weight`);
    const shape = factor === 'A' ? [lora.rank, inputs] : [outputs, lora.rank];
    const peftModule = transformersModuleName(module);
    modules.add(peftModule);
    const peftName = `base_model.model.${peftModule}.lora_${factor}.weight`;
    return [peftName, { dtype: 'F32' as const, shape, data }] as const;
  });
  await writeSafetensors(join(folder, 'adapter_model.safetensors'), tensors, { format: 'pt' });
  const config = {
    base_model_name_or_path: baseModel,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: lora.alpha,
    lora_dropout: 0,
    modules_to_save: null,
    peft_type: 'LORA',
    r: lora.rank,
    target_modules: [...modules].toSorted(),
    task_type: 'CAUSAL_LM',
    use_dora: false,
    use_rslora: false,
  };
  await writeFileAtomic(join(folder, 'adapter_config.json'), `${JSON.stringify(config, null, 2)}\n`);
}
