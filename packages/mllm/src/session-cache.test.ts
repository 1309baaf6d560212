import { Graph, add, cast, type Engine, type Session } from '@sea-align/compute';
import { describe, expect, it } from 'vitest';
import { SessionCache } from './session-cache.js';

/** An engine that counts its sessions; running one takes a turn of the event loop. */
function countingEngine(device = 'cpu') {
  const counts = { compiled: 0, open: 0, most: 0 };
  const engine: Engine = {
    name: 'reference',
    backend: 'counting',
    device,
    describe: () => 'counting',
    async compile(): Promise<Session> {
      counts.compiled++;
      counts.open++;
      counts.most = Math.max(counts.most, counts.open);
      let released = false;
      return {
        async run() {
          await new Promise((done) => setImmediate(done));
          if (released) throw new Error('released while running');
          return {};
        },
        async release() {
          if (!released) counts.open--;
          released = true;
        },
      };
    },
    async dispose() {},
  };
  return { engine, counts };
}

const noWeights = {
  get(): never {
    throw new Error('no weights');
  },
};

const program = () => {
  const graph = new Graph();
  graph.output('y', add(graph.input('x', []), 1));
  return { graph };
};

const run = (session: Session) => session.run({});

describe('SessionCache', () => {
  it('compiles a key once, also when it is asked for twice at a time', async () => {
    const { engine, counts } = countingEngine();
    const cache = new SessionCache(engine, noWeights);
    await Promise.all([cache.use('a', program, run), cache.use('a', program, run)]);
    await cache.use('a', program, run);
    expect(counts.compiled).toBe(1);
  });

  it('keeps at most its capacity, dropping what was used longest ago', async () => {
    const { engine, counts } = countingEngine();
    const cache = new SessionCache(engine, noWeights, 2);
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await cache.use(key, program, run);
    // b was dropped for c, so it is compiled again.
    expect(counts).toMatchObject({ compiled: 4, open: 2 });
    await cache.release();
    expect(counts.open).toBe(0);
  });

  it('never releases a session that is running', async () => {
    const { engine, counts } = countingEngine();
    const cache = new SessionCache(engine, noWeights, 1);
    await Promise.all(['a', 'b', 'c', 'd'].map((key) => cache.use(key, program, run)));
    expect(counts).toMatchObject({ compiled: 4, open: 1 });
  });

  it('does not keep a program that does not compile', async () => {
    const { engine } = countingEngine();
    const cache = new SessionCache(engine, noWeights);
    const broken = (): never => {
      throw new Error('broken');
    };
    await expect(cache.use('a', broken, run)).rejects.toThrow('broken');
    await cache.use('a', program, run);
    expect(cache.size).toBe(1);
  });

  /** 1,200 bytes of weights: half precision counts half. */
  const weighty = () => {
    const graph = new Graph();
    const half = cast(graph.parameter('half', [200], 'float16'), 'float32');
    graph.output('y', add(half, graph.parameter('wide', [200])));
    return { graph };
  };

  it.each([
    ['webgpu', 2400, 2],
    ['cuda', 1000, 1],
    ['cpu', 1000, 3],
  ])(
    'on %s, sessions of 1,200 bytes of weights and %i bytes for them: %i at a time',
    async (device, limit, most) => {
      const { engine, counts } = countingEngine(device);
      const cache = new SessionCache(engine, noWeights, 12, limit);
      for (const key of ['a', 'b', 'c', 'c']) await cache.use(key, weighty, run);
      expect(counts).toEqual({ compiled: 3, open: most, most });
      await cache.release();
    },
  );
});
