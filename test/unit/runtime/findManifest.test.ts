import { expect, it } from 'vitest';
import type { PluginFiles } from '../../../src/modules/files/PluginFiles.js';
import { findManifest } from '../../../src/runtime/manifest/findManifest.js';

const PATH = '/p/package.json';

/** A folder with a package.json. */
function onePackage(file: { text: string; identity: string; isSettled: boolean }) {
  let readCount = 0;
  const stat = (asked: string) => {
    if (asked !== PATH) return undefined;
    const { identity, isSettled, text } = file;
    return { kind: 'file' as const, sizeBytes: text.length, identity, isSettled };
  };
  const files: PluginFiles = {
    stat,
    read(asked) {
      const stamp = stat(asked);
      if (stamp === undefined) throw new Error(`there is no ${asked}`);
      readCount += 1;
      return { text: file.text, before: stamp, after: stamp, sizeBytes: stamp.sizeBytes };
    },
    realPath: (asked) => asked,
    list: () => [],
  };
  const find = () => findManifest(files, { folder: '/p', manifestPath: undefined });
  return { find, readCount: () => readCount };
}

const PLAIN = '{"name":"a"}';
const PLUGIN = '{"name":"a","hotpipe":{"source":"./index.js"}}';

it('a package.json that was read right after a write is read again: a second write leaves the same times', () => {
  const file = { text: PLAIN, identity: '1', isSettled: false };
  const { find } = onePackage(file);
  expect(find()).toBeUndefined();
  file.text = PLUGIN;
  file.isSettled = true;
  expect(find()).toBe(PATH);
});

it('one that was settled when it was read is read once', () => {
  const file = { text: PLUGIN, identity: '1', isSettled: true };
  const { find, readCount } = onePackage(file);
  expect(find()).toBe(PATH);
  file.isSettled = false;
  expect(find()).toBe(PATH);
  expect(readCount()).toBe(1);
  file.identity = '2';
  file.text = PLAIN;
  expect(find()).toBeUndefined();
});
