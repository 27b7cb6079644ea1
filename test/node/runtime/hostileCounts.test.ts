import { describe, expect, onTestFinished, test } from 'vitest';
import { HostProcess } from '../support/HostProcess.js';
import { type PluginFolders, pluginFolders } from './pluginFolders.js';
import { type HostileOutcome, runHostileHost } from './runHostileHost.js';

const LIMIT_MS = 60_000;
const HELD_REFERENCES = 4.5;

const list = (count: number, of: (n: number) => string, between = '\n') =>
  Array.from({ length: count }, (_, n) => of(n)).join(between);

/** Each holds the loop for seconds, or ends the process, by how much there is of something. */
const MANY: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  imports: source(list(70_000, (n) => `import './m${n}.js';`)),
  'imports-of-missing': source(
    list(20_000, (n) => `import { a as a${n} } from './m${n}.js'; a${n};`),
  ),
  'imports-within': source(list(4_000, (n) => `import { a as a${n} } from './m${n}.js'; a${n};`)),
  'dynamic-imports': source(
    `export const v = () => [${list(20_000, (n) => `import('./m${n}.js')`, ',')}];`,
  ),
  'imports-of-one': source(
    list(20_000, (n) => `import a${n}, * as b${n} from 'node:fs'; a${n}; b${n};`),
  ),
  'imports-of-one-within': source(
    list(2_000, (n) => `import a${n}, * as b${n} from 'node:fs'; a${n}; b${n};`),
  ),
  exports: source(list(20_000, (n) => `export const a${n} = ${n};`)),
  'exports-in-a-list': source(`const x = 1; export {${list(20_000, (n) => `x as a${n}`, ',')}};`),
  'exports-by-pattern': source(`export const {${list(20_000, (n) => `a${n}`, ',')}} = {};`),
  'exports-that-are-equal': source(`const x = 1; ${list(20_000, () => 'export { x as a };')}`),
  reexports: source(list(20_000, (n) => `export { a as a${n} } from './m${n}.js';`)),
  stars: source(list(20_000, (n) => `export * from './m${n}.js';`)),
  waits: source(list(70_000, () => 'await 1;')),
  'waits-in-functions': source(list(20, () => `(async () => {${list(8_000, () => 'await 1;')}});`)),
  yields: source(`export const v = (function* () {${list(70_000, () => 'yield 1;')}});`),
  'errors-of-one-kind': source(list(12_000, () => 'let a;')),
  // With an export: alone, the statements are valid CommonJS.
  'errors-in-statements': source(`export {}; ${list(20_000, () => 'return;')}`),
  decorators: source(
    `const d = () => {}; export class A {${list(20_000, (n) => `@d m${n}() {}`)}}`,
  ),
  classes: source(list(60_000, (n) => `class A${n} {}`)),
  cases: source(
    `export const v = (x) => { switch (x) {${list(60_000, (n) => `case ${n}: return 1;`)}} };`,
  ),
  members: source(`export class A {${list(60_000, (n) => `m${n}() {}`)}}`),
  'parts-of-a-template': source(
    `const a = 1; export const v = \`${list(60_000, () => 'x${a}', '')}\`;`,
  ),
  statements: source(list(400_000, (n) => `let a${n} = 1;`)),
  'a-long-name': source(`const ${'a'.repeat(4_000_000)} = 1, ${'a'.repeat(4_000_000)} = 2;`),
  'a-long-import': source(`import '${'./a'.repeat(1_000_000)}';`),
  'a-long-line': source(`${'a;'.repeat(100_000)} @`),
  'children-of-an-element': {
    'index.ts': "export * from './page.tsx';",
    'page.tsx': `const h = () => 1; export const v = () => <div>${list(60_000, () => '<a/>', '')}</div>;`,
  },
  'levels-of-json': {
    'index.ts': "import json from './data.json'; export const v = () => json;",
    'data.json': '['.repeat(4_000_000) + ']'.repeat(4_000_000),
  },
  'keys-of-json': {
    'index.ts': "import json from './data.json'; export const v = () => json;",
    'data.json': `{${list(1_000_000, (n) => `"a${n}":1`, ',')}}`,
  },
  'stars-in-layers': {
    'index.ts': "export * from './l0a.ts'; export * from './l0b.ts';",
    ...Object.fromEntries(
      Array.from({ length: 40 }, (_, n) =>
        ['a', 'b'].map((side) => [
          `l${n}${side}.ts`,
          n === 39
            ? `export const v${side} = 1;`
            : `export * from './l${n + 1}a.ts'; export * from './l${n + 1}b.ts';`,
        ]),
      ).flat(),
    ),
  },
};
/** Those that are within the bounds, and that a host may serve. */
const MAY_SERVE = [
  'cases',
  'imports-of-one-within',
  'members',
  'parts-of-a-template',
  'children-of-an-element',
  'stars-in-layers',
];

function source(text: string): Readonly<Record<string, string>> {
  return { 'index.ts': text };
}

function hostile(): PluginFolders {
  const folders = pluginFolders();
  for (const [name, files] of Object.entries(MANY)) folders.plugin(name, files);
  folders.plugin('good', { 'index.ts': 'export const v = () => 1;' });
  return folders;
}

function expectContained({ end, plugins, reasons, heldReferences }: HostileOutcome): void {
  expect(end).toBe(0);
  const { good, ...others } = plugins;
  expect(good).toBe('good');
  expect(Object.keys(others).sort()).toEqual(Object.keys(MANY).sort());
  const served = Object.keys(others).filter((name) => others[name] === 'good');
  expect(MAY_SERVE).toEqual(expect.arrayContaining(served));
  for (const [name, tag] of Object.entries(others)) {
    if (tag !== 'good') expect({ name, tag }).toEqual({ name, tag: 'CompilationFailed' });
  }
  // Texts of failures go to terminals and logs.
  for (const reason of Object.values(reasons)) expect(reason.length).toBeLessThan(2_000);
  expect(heldReferences).toBeLessThan(HELD_REFERENCES);
}

describe('sources that hold too much of something', () => {
  test('are each refused alone: in a host', { timeout: 120_000 }, async () => {
    expectContained(await runHostileHost(['load', hostile().dir], LIMIT_MS, 'measured, unhurried'));
  });

  test('are each refused alone: in a check', { timeout: 120_000 }, async () => {
    expectContained(await runHostileHost(['check', hostile().dir], LIMIT_MS, 'measured'));
  });

  test('are refused at each start, and at a save', { timeout: 120_000 }, async () => {
    const folders = pluginFolders();
    folders.plugin('bad', { 'index.ts': 'export const v = () => 1;' });
    const host = new HostProcess([folders.dir]);
    onTestFinished(async () => void (await host.end('SIGKILL')));
    await host.event((event) => event._tag === 'Loaded' && event.plugin === 'bad');
    for (const name of ['imports', 'waits', 'exports']) {
      folders.write('bad/index.ts', MANY[name]?.['index.ts'] ?? '');
      const failed = await host.event((event) => event._tag === 'ReloadFailed');

      expect(failed).toMatchObject({ error: { _tag: 'CompilationFailed', plugin: 'bad' } });
      const isDue = (event: { readonly _tag: string }) => event._tag === 'Reloaded';
      folders.write('bad/index.ts', `export const v = () => '${name}';`);
      await host.event(isDue);
      host.events.length = 0;
    }
  });
});
