import { cpus, totalmem } from 'node:os';
import { createEngine, discoverEngines } from '@sea-align/compute';
import type { CommandContext } from '../cli/run-command.js';
import type { EngineSettings } from '../recipe/recipe-schema.js';
import { packageVersions } from './versions.js';

/** What was found, what is used, and why not the others. */
export async function doctor(settings: Partial<EngineSettings>, { say }: CommandContext) {
  const findings = await discoverEngines();
  const engine = await createEngine(settings);
  const used = engine.describe();
  const { backend, device } = engine;
  await engine.dispose();
  const machine = {
    node: process.versions.node,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
  say(`Node.js ${machine.node}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB\n`);
  for (const finding of findings) {
    const state = finding.usable ? (finding.backend === backend ? 'used' : 'usable') : 'not usable';
    say(`${finding.backend} ${finding.version ?? ''} — ${state}`.replace('  ', ' '));
    if (finding.devices.length) say(`    devices: ${finding.devices.join(', ')}`);
    say(`    ${finding.reason}`);
    if (!finding.usable && finding.installCommand) say(`    to install: ${finding.installCommand}`);
  }
  say(`\nIn use: ${used}`);
  return { machine, versions: packageVersions(), findings, used: { backend, device, description: used } };
}
