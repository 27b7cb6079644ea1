import { expect, test, vi } from 'vitest';
import { listErrorsApart } from '../../../src/modules/adapters/compilerProcess.js';
import { pluginFolders } from '../runtime/pluginFolders.js';
import { runHostileHost } from '../runtime/runHostileHost.js';

const LIMIT_MS = 90_000;
/** 0.17 s where it was measured (see `runHostileHost`): a host that lists the errors itself is held 1.5, and one that does not 0.1. */
const HELD_REFERENCES = 0.75;

const childCount = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'ProcessWrap').length;

test('errors are listed by another process, which ends when it has', async () => {
  const source = 'const é = 1; let a; let a;\nexport const text: string = "\ud800";';
  const list = await listErrorsApart({ path: '/x/a.ts', source, options: {} }, LIMIT_MS);

  expect(list).toEqual({
    kind: 'listed',
    // In bytes: é has two.
    errors: [{ message: 'Identifier `a` has already been declared', help: null, start: 18 }],
  });
  await vi.waitFor(() => expect(childCount()).toBe(0), LIMIT_MS);
});

test('errors that take too long are not waited for: the process is ended, and others get their turn', async () => {
  const checked = { path: '/x/a.ts', source: 'let a;\n'.repeat(100_000), options: {} };
  const lists = await Promise.all([1, 2, 3, 4].map(() => listErrorsApart(checked, 50)));

  expect(lists.map(({ kind }) => kind)).toEqual(['endless', 'endless', 'endless', 'endless']);
  await vi.waitFor(() => expect(childCount()).toBe(0), LIMIT_MS);
});

test('many errors on one line, or in a text that the engine reads, hold up nobody', {
  timeout: 120_000,
}, async () => {
  const folders = pluginFolders();
  const oneLine = 'let a;'.repeat(2_200);
  folders.plugin('typescript', { 'index.ts': oneLine });
  folders.plugin('javascript', {
    'index.mjs': oneLine,
    'index.ts': `export * from './index.mjs';`,
  });
  // Syntax that Node 20 lacks is lowered by the compiler, which would list the errors of all the rest.
  folders.plugin('commonjs', {
    'index.ts': `import './many.cjs'; export const v = 1;`,
    'many.cjs': `// using\n${'let a;\n'.repeat(11_000)}`,
  });
  folders.plugin('good', { 'index.ts': 'export const v = () => 1;' });
  const { end, plugins, heldReferences } = await runHostileHost(
    ['load', folders.dir],
    LIMIT_MS,
    'measured',
  );

  expect(end).toBe(0);
  expect(plugins['good']).toBe('good');
  // On a busy machine, the time that a build may take ends before the list is there.
  for (const plugin of ['typescript', 'javascript', 'commonjs']) {
    expect(['CompilationFailed', 'TimedOut']).toContain(plugins[plugin]);
  }
  expect(heldReferences).toBeLessThan(HELD_REFERENCES);
});
