import { cpus, totalmem } from 'node:os';
import { createEngine, discoverEngines, engineChoice } from '@sea-align/compute';
import type { CommandContext } from '../cli/run-command.js';
import type { EngineSettings } from '../recipe/engine-schema.js';
import { packageVersions } from './versions.js';

/** What was found, what is used, and why not the others. Findings are shown also where no engine fits the request. */
export async function doctor(settings: Partial<EngineSettings>, { say }: CommandContext) {
  const machine = {
    node: process.versions.node,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
  say(`Node.js ${machine.node}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB\n`);
  const findings = await discoverEngines();
  for (const { backend, version, usable, devices, reason, installCommand } of findings) {
    say(`${version ? `${backend} ${version}` : backend} — ${usable ? 'usable' : 'not usable'}`);
    if (devices.length) say(`    devices: ${devices.join(', ')}`);
    say(`    ${reason}`);
    if (!usable && installCommand) say(`    to install: ${installCommand}`);
  }
  const engine = await createEngine(settings);
  const { backend, device } = engine;
  const used = { backend, device, description: engine.describe(), reason: engineChoice(engine) };
  await engine.dispose();
  say(`\nIn use: ${used.description}`);
  if (used.reason) say(`    ${used.reason}`);
  return { machine, versions: packageVersions(), findings, used };
}
