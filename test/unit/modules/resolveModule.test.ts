import { describe, expect, test } from 'vitest';
import { resolveModule } from '../../../src/modules/evaluateGraph.js';
import type { PluginFiles } from '../../../src/modules/files/PluginFiles.js';

/** A disk that knows only which files exist. */
function diskWith(...paths: readonly string[]): PluginFiles {
  const unused = () => {
    throw new Error('not used here');
  };
  return {
    stat: (path) =>
      paths.includes(path)
        ? { kind: 'file', sizeBytes: 1, identity: path, isSettled: true }
        : undefined,
    realPath: (path) => path,
    read: unused,
    list: unused,
  };
}

describe('an import', () => {
  // At each level a directory and a file have the same name.
  const files = diskWith(
    '/p/a.ts',
    '/p/a/index.ts',
    '/p/a/src.ts',
    '/p/a/src/index.ts',
    '/p/a/src/x/z.ts',
    '/p/a/src/x/w v.ts',
  );
  test.each([
    ['../..', '/p/a/index.ts'],
    ['../../', '/p/a/index.ts'],
    ['..', '/p/a/src/index.ts'],
    ['..', '/p/a/src/index.ts'],
    ['..', '/p/a/src/index.ts'],
    ['..', '/p/a/src/index.ts'],
    ['../../src', '/p/a/src.ts'],
    ['../../src/', '/p/a/src/index.ts'],
    ['./z', '/p/a/src/x/z.ts'],
    ['./z.js', '/p/a/src/x/z.ts'],
    ['../x/./z.js', '/p/a/src/x/z.ts'],
    ['./w%20v.js', '/p/a/src/x/w v.ts'],
  ])('of "%s" leads to %s, as in the language', (specifier, path) => {
    expect(resolveModule(files, specifier, '/p/a/src/x/y.ts')).toEqual({ kind: 'module', path });
  });
});
