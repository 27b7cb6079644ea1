import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { PluginFiles } from '../../../src/modules/files/PluginFiles.js';
import { ListedDirectories } from '../../../src/modules/ListedDirectories.js';
import type { GraphModule, ModuleGraph } from '../../../src/modules/ModuleGraph.js';
import type { CodeBuild } from '../../../src/runtime/code/buildCode.js';
import { PluginFilesInUse } from '../../../src/runtime/code/PluginFilesInUse.js';
import { staleFiles } from '../../../src/runtime/code/staleFiles.js';

interface OnDisk {
  readonly text?: string;
  readonly identity?: string;
  readonly kind?: 'file' | 'directory';
}

/** The serving version consists of `/p/a.ts` and `/out/h.ts`, both read as `h 1`. The last build did not find `/out/m.ts`. */
async function start(
  onDisk: Record<string, OnDisk>,
  { isSettled = true, built = {} as Record<string, string> } = {},
) {
  const stat = (path: string) => {
    const { text = 'h', identity = 'h 1', kind = 'file' } = onDisk[path]!;
    return { kind, sizeBytes: text.length, identity, isSettled };
  };
  const files: PluginFiles = {
    stat: (path) => (onDisk[path] === undefined ? undefined : stat(path)),
    read: (path) => {
      const { text = 'h' } = onDisk[path]!;
      return { text, before: stat(path), after: stat(path), sizeBytes: text.length };
    },
    realPath: (path) => path,
    list: () => [],
  };
  const hash = createHash('sha256').update('h').digest('hex');
  const module = { compiled: { hash }, identity: 'h 1', isSettled } as GraphModule;
  const graph: ModuleGraph = {
    entry: '/p/a.ts',
    modules: new Map([
      ['/p/a.ts', module],
      ['/out/h.ts', module],
    ]),
    missing: new Set(),
    ledAtRunTime: new Map(),
    listed: new ListedDirectories(),
    refused: new Map(),
    decided: new Map(),
    tsconfigs: new Map(),
    imports: new Map(),
  };
  const inUse = new PluginFilesInUse(
    () => graph,
    () => undefined,
  );
  const read = new Map(Object.entries(built));
  const build = { read, missing: new Set(['/out/m.ts']) } as unknown as CodeBuild;
  await inUse.remember(Promise.resolve(build), {});
  return (...paths: readonly string[]) =>
    staleFiles([{ environment: { files }, files: inUse }], paths);
}

it('finds nothing when all files are as they were read', async () => {
  const stale = await start({ '/p/a.ts': {}, '/out/h.ts': {} });
  expect(stale('/p', '/out/h.ts')).toEqual([]);
});

it('reports files that were written, removed and created', async () => {
  const stale = await start({
    '/out/h.ts': { identity: 'h 2', text: 'other' },
    '/out/m.ts': {},
  });
  expect(stale('/p', '/out')).toEqual([
    { path: '/p/a.ts', change: 'Deleted' },
    { path: '/out/h.ts', change: 'Modified' },
    { path: '/out/m.ts', change: 'Created' },
  ]);
});

it('checks only the given paths', async () => {
  const stale = await start({ '/out/h.ts': { identity: 'h 2', text: 'other' } });
  expect(stale('/out/h')).toEqual([]);
  expect(stale('/out/h.ts').map(({ path }) => path)).toEqual(['/out/h.ts']);
});

it.each([
  ['another identity and the same text', { identity: 'h 2' }],
  ['the same text after a byte order mark', { identity: 'h 2', text: '\uFEFFh' }],
])('does not report a file with %s', async (_what, file) => {
  const stale = await start({ '/p/a.ts': {}, '/out/h.ts': file });
  expect(stale('/out')).toEqual([]);
});

it('compares the text of a file whose identity was not settled when it was read', async () => {
  const stale = await start({ '/out/h.ts': { text: 'other' } }, { isSettled: false });
  expect(stale('/out')).toEqual([{ path: '/out/h.ts', change: 'Modified' }]);
});

it('compares with the last build when that read more files, or read them later', async () => {
  const built = { '/out/h.ts': 'h 2', '/out/broken.ts': 'b 1', '/out/locked.ts': '' };
  const stale = await start(
    { '/out/h.ts': { identity: 'h 2', text: 'other' }, '/out/broken.ts': { identity: 'b 2' } },
    { built },
  );
  expect(stale('/out')).toEqual([{ path: '/out/broken.ts', change: 'Modified' }]);
});

it('does not report a directory where an import looks for a file', async () => {
  const stale = await start({ '/out/h.ts': {}, '/out/m.ts': { kind: 'directory' } });
  expect(stale('/out')).toEqual([]);
});
