import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { CodeBuild } from '../../../src/runtime/code/buildCode.js';
import type { GraphModule, ModuleGraph } from '../../../src/modules/ModuleGraph.js';
import type { PluginFiles } from '../../../src/modules/files/PluginFiles.js';
import { PluginFilesInUse } from '../../../src/runtime/code/PluginFilesInUse.js';
import { staleFiles } from '../../../src/runtime/code/staleFiles.js';

interface OnDisk {
  readonly text?: string;
  readonly identity?: string;
  readonly kind?: 'file' | 'directory';
}

/** `/p/a.ts` and `/out/h.ts` serve, read as `h 1`; the last build looked for `/out/m.ts` in vain. */
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
  };
  const inUse = new PluginFilesInUse(() => graph);
  const read = new Map(Object.entries(built));
  const build = { read, missing: new Set(['/out/m.ts']) } as unknown as CodeBuild;
  await inUse.remember(Promise.resolve(build));
  return (...paths: readonly string[]) =>
    staleFiles([{ environment: { files }, files: inUse }], paths);
}

it('finds nothing where all is as it was read', async () => {
  const stale = await start({ '/p/a.ts': {}, '/out/h.ts': {} });
  expect(stale('/p', '/out/h.ts')).toEqual([]);
});

it('tells what was written, what is gone and what has come', async () => {
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

it('looks only at what was asked for', async () => {
  const stale = await start({ '/out/h.ts': { identity: 'h 2', text: 'other' } });
  expect(stale('/out/h')).toEqual([]);
  expect(stale('/out/h.ts').map(({ path }) => path)).toEqual(['/out/h.ts']);
});

it.each([
  ['another time, the same text', { identity: 'h 2' }],
  ['the same text behind a mark of byte order', { identity: 'h 2', text: '\uFEFFh' }],
])('leaves alone what has %s', async (_what, file) => {
  const stale = await start({ '/p/a.ts': {}, '/out/h.ts': file });
  expect(stale('/out')).toEqual([]);
});

it('reads a file that was written so shortly before that its identity may stay', async () => {
  const stale = await start({ '/out/h.ts': { text: 'other' } }, { isSettled: false });
  expect(stale('/out')).toEqual([{ path: '/out/h.ts', change: 'Modified' }]);
});

it('goes by the last build where that read more, or read later', async () => {
  const built = { '/out/h.ts': 'h 2', '/out/broken.ts': 'b 1', '/out/locked.ts': '' };
  const stale = await start(
    { '/out/h.ts': { identity: 'h 2', text: 'other' }, '/out/broken.ts': { identity: 'b 2' } },
    { built },
  );
  expect(stale('/out')).toEqual([{ path: '/out/broken.ts', change: 'Modified' }]);
});

it('takes no directory for a file that an import looks for', async () => {
  const stale = await start({ '/out/h.ts': {}, '/out/m.ts': { kind: 'directory' } });
  expect(stale('/out')).toEqual([]);
});
