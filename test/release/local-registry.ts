import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';

export interface LocalRegistry {
  url: string;
  /** An npm user configuration that knows this registry only. */
  npmrc: string;
  /** Versions of a package that were published into it, oldest first. */
  versions(name: string): Promise<string[]>;
  stop(): Promise<void>;
}

/** Packages of this project live in the registry only; all others are fetched through it from `uplink`. */
const configuration = (folder: string, uplink: string) => `
storage: ${folder}/storage
auth: { htpasswd: { file: ${folder}/htpasswd } }
uplinks: { uplink: { url: '${uplink}', timeout: 120s, maxage: 60m } }
packages:
  '@sea-align/*': { access: $all, publish: $all }
  '**': { access: $all, proxy: uplink }
web: { enable: false }
max_body_size: 100mb
log: { type: file, path: ${folder}/verdaccio.log, level: http }
`;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Verdaccio on a free port of this machine, with all of its files in `folder`. */
export async function startRegistry(folder: string, uplink: string): Promise<LocalRegistry> {
  await mkdir(folder, { recursive: true });
  const config = path.join(folder, 'config.yaml');
  await writeFile(config, configuration(folder, uplink));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const npmrc = path.join(folder, 'npmrc');
  // npm publishes with a token only; Verdaccio takes any here.
  const lines = [`registry=${url}/`, `//127.0.0.1:${port}/:_authToken=local`, `cache=${folder}/npm-cache`];
  await writeFile(npmrc, `${[...lines, 'update-notifier=false', 'fund=false', 'audit=false'].join('\n')}\n`);

  const bin = createRequire(import.meta.url).resolve('verdaccio/bin/verdaccio');
  const server = spawn(process.execPath, [bin, '--config', config, '--listen', url], {
    cwd: folder,
    stdio: 'ignore',
  });
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
  await untilAnswers(`${url}/-/ping`, server);
  return {
    url,
    npmrc,
    async versions(name) {
      const answer = await fetch(`${url}/${name.replace('/', '%2f')}`);
      if (answer.status === 404) return [];
      return Object.keys(((await answer.json()) as { versions: object }).versions);
    },
    async stop() {
      server.kill();
      await closed;
    },
  };
}

async function untilAnswers(url: string, server: { exitCode: number | null }): Promise<void> {
  for (const start = Date.now(); Date.now() - start < 60_000;) {
    if (server.exitCode !== null) break;
    const answered = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Verdaccio does not answer at ${url}.`);
}
