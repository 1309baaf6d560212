// Builds @tensorflow/tfjs-node against a TensorFlow that is already on this machine, and checks the tensorflow engine on it.
import {
  copyFileSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nodeGyp, nodeHeaders, requireCompiler, step } from './tfjs-node/build-tools.mjs';
import { findTensorflow, installedWheel, linkedName } from './tfjs-node/find-tensorflow.mjs';
import { runMain, SetupFault } from './tfjs-node/setup-fault.mjs';

const VERSION = '4.22.0';
/** Highest interface of Node's that the package knows; newer Nodes have it, too. */
const NODE_API = 8;

const usage = `usage: node tools/reference/build_tfjs_node.mjs --out DIR [options]

Builds @tensorflow/tfjs-node ${VERSION} into DIR against a libtensorflow 2.x, for where its install script cannot download one
(Linux). Nothing but npm packages is fetched. Then runs check_tfjs_node.mjs on it. Needs make, g++ and python3 (node-gyp).

  --out DIR          new folder for the build, outside of this workspace; the library is copied into it
  --tensorflow DIR   site-packages/tensorflow of a Python wheel (tensorflow-cpu 2.18 is known to work), or a folder of libtensorflow
  --python EXE       Python whose installed TensorFlow is taken where --tensorflow is not given (default: SEA_PYTHON, or python3)
  --include DIR      folder with tensorflow/c/c_api.h, where it is not beside the library
  --nodedir DIR      folder with include/node (default: Node's own)
  --node-gyp FILE    node-gyp.js (default: the one that npm brings)
  --force            replace an earlier build in DIR
  --skip-check       do not run the checks
  --help

Afterwards: SEA_TFJS_FOLDER=DIR npm run sea -- doctor`;

const MARK = 'sea-tfjs-node-build';
const workspace = fileURLToPath(new URL('../../', import.meta.url));

/** @throws SetupFault unless the folder is new, empty, or an earlier build that may be replaced */
function checkFolder(out, force) {
  const inside = path.relative(workspace, out);
  if (!inside.startsWith('..') && !path.isAbsolute(inside))
    throw new SetupFault(
      `--out ${out} is inside this workspace, whose node_modules must stay what the lock file says.`,
    );
  if (!existsSync(out) || readdirSync(out).length === 0) return;
  const manifest = path.join(out, 'package.json');
  const ours = existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === MARK;
  if (!ours) throw new SetupFault(`--out ${out} is not empty, and no earlier build.`);
  if (!force) throw new SetupFault(`${out} has an earlier build; --force replaces it.`);
}

function emptyFolder(out) {
  for (const name of ['node_modules', 'package-lock.json'])
    rmSync(path.join(out, name), { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const manifest = { name: MARK, private: true };
  writeFileSync(path.join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The layout that the package's own install script leaves behind: deps/include, deps/lib. */
function layDependencies(home, { library, framework, include }) {
  rmSync(path.join(home, 'deps'), { recursive: true, force: true });
  const folder = path.join(home, 'deps/lib');
  mkdirSync(folder, { recursive: true });
  symlinkSync(include, path.join(home, 'deps/include'));
  for (const [file, plain] of [
    [library, 'libtensorflow.so'],
    [framework, 'libtensorflow_framework.so'],
  ]) {
    copyFileSync(file, path.join(folder, linkedName(file)), constants.COPYFILE_FICLONE);
    symlinkSync(linkedName(file), path.join(folder, plain));
  }
}

function main() {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      tensorflow: { type: 'string' },
      python: { type: 'string', default: process.env.SEA_PYTHON || 'python3' },
      include: { type: 'string' },
      nodedir: { type: 'string' },
      'node-gyp': { type: 'string' },
      force: { type: 'boolean', default: false },
      'skip-check': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(usage);
  if (process.platform !== 'linux')
    throw new SetupFault(
      `Only Linux is covered; this is ${process.platform}. Try npm install @tensorflow/tfjs-node@${VERSION}.`,
    );
  if (!values.out) throw new SetupFault(`Give --out DIR.\n${usage}`);
  const out = path.resolve(values.out);
  checkFolder(out, values.force);
  const tensorflow = findTensorflow(
    path.resolve(values.tensorflow ?? installedWheel(values.python)),
    values.include && path.resolve(values.include),
  );
  requireCompiler();
  const nodedir = nodeHeaders(values.nodedir && path.resolve(values.nodedir));
  const gyp = values['node-gyp'] ? path.resolve(values['node-gyp']) : nodeGyp();
  emptyFolder(out);

  console.log(
    `library:      ${tensorflow.library}\nits headers:  ${tensorflow.include}\nNode headers: ${nodedir}`,
  );
  const npm = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact'];
  step('packages', 'npm', [...npm, `@tensorflow/tfjs-node@${VERSION}`], { cwd: out });
  const home = path.join(out, 'node_modules/@tensorflow/tfjs-node');
  layDependencies(home, tensorflow);
  const binding = path.join(home, `lib/napi-v${NODE_API}`);
  step(
    'compiling the binding',
    process.execPath,
    [
      gyp,
      'rebuild',
      '--loglevel=warn',
      `--nodedir=${nodedir}`,
      '--module_name=tfjs_binding',
      `--module_path=${binding}`,
      `--napi_build_version=${NODE_API}`,
    ],
    { cwd: home },
  );
  // Only compiling needed the headers.
  rmSync(path.join(home, 'deps/include'));
  console.log(`\nbuilt: ${path.join(binding, 'tfjs_binding.node')}\nTo use it, set SEA_TFJS_FOLDER=${out}`);
  if (values['skip-check']) return 0;
  const check = fileURLToPath(new URL('check_tfjs_node.mjs', import.meta.url));
  step('checks', process.execPath, [check, '--folder', out]);
  return 0;
}

await runMain(main);
