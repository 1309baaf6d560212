import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findTensorflow, installedWheel, linkedName } from './find-tensorflow.mjs';

let root;
beforeEach(() => (root = realpathSync(mkdtempSync(path.join(tmpdir(), 'sea-find-tf-')))));
afterEach(() => rmSync(root, { recursive: true }));

function file(name) {
  const where = path.join(root, name);
  mkdirSync(path.dirname(where), { recursive: true });
  writeFileSync(where, '');
  return where;
}

it('finds the libraries of a Python wheel', () => {
  const library = file('libtensorflow_cc.so.2');
  const framework = file('libtensorflow_framework.so.2');
  file('include/tensorflow/c/eager/c_api.h');
  expect(findTensorflow(root)).toEqual({ library, framework, include: path.join(root, 'include') });
  expect(linkedName(library)).toBe('libtensorflow_cc.so.2');
});

it('finds those of an unpacked archive, as files and not as links, and links them by their major version', () => {
  const library = file('lib/libtensorflow.so.2.9.1');
  const framework = file('lib/libtensorflow_framework.so.2.9.1');
  for (const real of [library, framework])
    for (const suffix of ['', '.2']) symlinkSync(real, real.replace('.so.2.9.1', `.so${suffix}`));
  // Not taken: the archive has the C API in libtensorflow itself.
  file('lib/libtensorflow_cc.so.2');
  file('include/tensorflow/c/eager/c_api.h');
  expect(findTensorflow(root)).toEqual({ library, framework, include: path.join(root, 'include') });
  expect(linkedName(library)).toBe('libtensorflow.so.2');
});

it('takes headers from a folder that is named, and says where they are not', () => {
  file('libtensorflow.so');
  file('libtensorflow_framework.so');
  expect(() => findTensorflow(root)).toThrow(`no tensorflow/c/eager/c_api.h in ${root}/include or`);
  file('elsewhere/tensorflow/c/eager/c_api.h');
  expect(findTensorflow(root, path.join(root, 'elsewhere')).include).toBe(path.join(root, 'elsewhere'));
  expect(() => findTensorflow(root, path.join(root, 'nowhere'))).toThrow(`${root}/nowhere. Name the folder`);
});

it('refuses a folder that is none or lacks a library, and a Python that does not run', () => {
  expect(() => findTensorflow(path.join(root, 'missing'))).toThrow('is no folder');
  file('libtensorflow.so');
  expect(() => findTensorflow(root)).toThrow('libtensorflow_framework.so');
  expect(() => installedWheel(path.join(root, 'python'))).toThrow('does not run');
});
