import { ConfigError } from '@sea-align/core';
import { parse } from 'yaml';

/** `--set a.b=3` entries as a nested object; values are YAML scalars or lists (`3`, `true`, `[a, b]`, `null`). */
export function parseSettings(entries: readonly string[]): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const entry of entries) {
    const at = entry.indexOf('=');
    const keys = entry.slice(0, at).split('.');
    if (at <= 0 || keys.some((key) => key === '' || key === '__proto__')) {
      throw new ConfigError(`--set ${entry}: must be name=value, for example --set stop.patience=10`);
    }
    let target = settings;
    for (const key of keys.slice(0, -1)) {
      const next = Object.hasOwn(target, key) ? target[key] : {};
      if (typeof next !== 'object' || next === null) {
        throw new ConfigError(`--set ${entry}: ${key} was set to a value before`);
      }
      target = target[key] = next as Record<string, unknown>;
    }
    try {
      target[keys[keys.length - 1]] = parse(entry.slice(at + 1));
    } catch (error) {
      throw new ConfigError(`--set ${entry}: the value is not valid YAML`, { cause: error });
    }
  }
  return settings;
}
