import { describe, expect, it } from 'vitest';
import { parseSettings } from './parse-settings.js';

describe('parseSettings', () => {
  it('nests keys and reads YAML values', () => {
    expect(
      parseSettings(['steps=80', 'stop.patience=null', 'stop.lossPerToken=1e-2', 'targets=[q_proj, v_proj]']),
    ).toEqual({
      steps: 80,
      stop: { patience: null, lossPerToken: 0.01 },
      targets: ['q_proj', 'v_proj'],
    });
  });

  it.each(['steps', '=3', 'a..b=1', '__proto__.x=1', 'a=[1'])('refuses %j', (entry) => {
    expect(() => parseSettings([entry])).toThrow(/--set/);
  });

  it('takes names that every object has for names', () => {
    expect(parseSettings(['constructor.x=1'])).toEqual({ constructor: { x: 1 } });
    expect(parseSettings(['toString.x=1'])).toEqual({ toString: { x: 1 } });
  });

  it('refuses to nest under a value', () => {
    expect(() => parseSettings(['a=1', 'a.b=2'])).toThrow('a was set to a value before');
  });
});
