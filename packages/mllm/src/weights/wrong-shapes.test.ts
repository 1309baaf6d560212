import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointError } from '@sea-align/core';
import { afterAll, describe, expect, it } from 'vitest';
import { builtInFamilies } from '../family/built-in-families.js';
import { fixtures, nextFixture, temporaryFolder } from '../testing/checkpoint.fixture.js';
import { openCheckpoint } from './open-checkpoint.js';

const temporary = temporaryFolder();
afterAll(() => temporary.remove());

interface Config extends Record<string, unknown> {
  text_config?: Record<string, number>;
  vision_config?: Record<string, number>;
  audio_config?: Record<string, number>;
}

/** A checkpoint of each family, and the fields that shape its encoder and its text model. */
const checkpoints: [folder: string, encoder: (config: Config) => void, encoderTensor: string][] = [
  ['llama_llama3rope_full', (config) => grow(config.vision_config, 'intermediate_size'), 'mlp.fc1.weight'],
  [nextFixture, (config) => grow(config.vision_config, 'intermediate_size'), 'mlp.fc1.weight'],
  ['qwen2-vl/small', (config) => grow(config.vision_config, 'mlp_ratio'), 'mlp.fc1.weight'],
  ['qwen2-audio/odd_window_tied_f16', (config) => grow(config.audio_config, 'encoder_ffn_dim'), 'fc1.weight'],
];

function grow(config: Record<string, number> | undefined, field: string): void {
  if (config?.[field] === undefined) throw new Error(`the config has no ${field}`);
  config[field] += 1;
}

async function faultsOf(name: string, change: (config: Config) => void): Promise<string> {
  const folder = join(temporary.folder, name.replace('/', '-'));
  cpSync(join(fixtures, name), folder, { recursive: true });
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Config;
  change(config);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const error: unknown = await openCheckpoint(folder, builtInFamilies).then(
    (opened) => opened.close(),
    (caught: unknown) => caught,
  );
  if (!CheckpointError.isInstance(error)) throw new Error(`no CheckpointError, but ${String(error)}`);
  expect(error.message).toMatch(/does not fit its config\.json \(\d+ faults\)/);
  return (error.details?.['faults'] as string[]).join('\n');
}

describe.each(checkpoints)('%s, right family, wrong shapes', (name, changeEncoder, encoderTensor) => {
  it('names every tensor of the text model that does not fit', async () => {
    const text = (config: Config): Record<string, number> =>
      config.text_config ?? (config as Record<string, number>);
    const message = await faultsOf(name, (config) => {
      grow(text(config), 'intermediate_size');
      text(config)['num_hidden_layers'] = 9;
    });
    expect(message).toMatch(
      /misshapen: \S+layers\.0\.mlp\.up_proj\.weight is \[\d+, \d+\], config\.json asks for/,
    );
    expect(message).toMatch(/missing: \S+layers\.8\./);
  });

  it('names those of the encoder', async () => {
    expect(await faultsOf(name, changeEncoder)).toMatch(
      new RegExp(`misshapen: \\S+${encoderTensor.replace('.', '\\.')} is`),
    );
  });
});

it('has a checkpoint of every built-in family', () => {
  expect(checkpoints).toHaveLength(builtInFamilies.length);
});
