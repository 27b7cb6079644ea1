import { describe, expect, test } from 'vitest';
import type { PluginFiles } from '../../../src/modules/files/PluginFiles.js';
import { ManifestNames } from '../../../src/runtime/manifest/ManifestNames.js';

interface OneFile {
  text: string;
  identity: string;
  isSettled: boolean;
  isUtf8?: boolean;
}

/** A folder `/p` with one manifest, and how often it was read. */
function oneManifest(path: string, file: OneFile) {
  let readCount = 0;
  const stat = (asked: string) => {
    if (asked !== path) return undefined;
    const { identity, isSettled, text } = file;
    return { kind: 'file' as const, sizeBytes: Buffer.byteLength(text), identity, isSettled };
  };
  const files: PluginFiles = {
    stat,
    read(asked) {
      const stamp = stat(asked);
      if (stamp === undefined) throw new Error(`there is no ${asked}`);
      readCount += 1;
      const { text, isUtf8 = true } = file;
      return { text, before: stamp, after: stamp, sizeBytes: stamp.sizeBytes, isUtf8 };
    },
    realPath: (asked) => asked,
    list: () => [],
  };
  const names = new ManifestNames();
  const name = () => names.at(files, { folder: '/p', manifestPath: undefined });
  return { name, readCount: () => readCount };
}

const TOML = '/p/plugin.toml';

describe('ManifestNames', () => {
  test.each([
    [TOML, 'name = "a"', { kind: 'named', name: 'a' }],
    [TOML, '\uFEFFname = "a"', { kind: 'named', name: 'a' }],
    [TOML, '# name = "b"\n"name" = \'a\'', { kind: 'named', name: 'a' }],
    [TOML, '[table]\nname = "b"', { kind: 'unclear', guess: undefined }],
    [TOML, 'name = "../up"', { kind: 'unclear', guess: undefined }],
    [TOML, 'name = ["a"]', { kind: 'unclear', guess: undefined }],
    [TOML, 'name = "a"\nversion = ', { kind: 'unclear', guess: 'a' }],
    ['/p/plugin.json', '{"of":{"name":"b"},"name":"a"}', { kind: 'named', name: 'a' }],
    ['/p/plugin.json', '{"__proto__":{"name":"b"}}', { kind: 'unclear', guess: undefined }],
    ['/p/plugin.json', '[{"name":"b"}]', { kind: 'unclear', guess: undefined }],
    ['/p/plugin.json', 'null', { kind: 'unclear', guess: undefined }],
    ['/p/other.json', '{"name":"a"}', { kind: 'absent' }],
  ])('of %s %s', (path, text, expected) => {
    const { name } = oneManifest(path, { text, identity: '1', isSettled: true });

    expect(name()).toEqual(expected);
  });

  test('says nothing certain of bytes that are not UTF-8', () => {
    const file = { text: 'name = "a" # \uFFFD', identity: '1', isSettled: true, isUtf8: false };

    expect(oneManifest(TOML, file).name()).toEqual({ kind: 'unclear', guess: 'a' });
  });

  test('reads a settled file once, and again when it has changed', () => {
    const file: OneFile = { text: 'name = "a"', identity: '1', isSettled: true };
    const { name, readCount } = oneManifest(TOML, file);
    name();
    name();
    expect(readCount()).toBe(1);
    Object.assign(file, { text: 'name = "b"', identity: '2' });

    expect(name()).toEqual({ kind: 'named', name: 'b' });
    expect(readCount()).toBe(2);
  });

  test('reads a file that is not settled each time: it may be written again with the same identity', () => {
    const file: OneFile = { text: 'name = "a"', identity: '1', isSettled: false };
    const { name } = oneManifest(TOML, file);
    name();
    file.text = 'name = "b"';

    expect(name()).toEqual({ kind: 'named', name: 'b' });
  });
});
