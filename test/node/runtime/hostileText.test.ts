import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { HostProcess } from '../support/HostProcess.js';
import { type PluginFolders, pluginFolders } from './pluginFolders.js';
import { type HostileOutcome, runHostileHost } from './runHostileHost.js';

const LIMIT_MS = 60_000;
const HELD_REFERENCES = 4.5;

vi.setConfig({ testTimeout: 90_000 });

const many = (text: string, count: number) => text.repeat(count);
const list = (count: number, of: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => of(n)).join('\n');

/** Each ends the process, or holds its loop for seconds, by nesting alone. */
const NESTED: Readonly<Record<string, string>> = {
  parentheses: `export const v = ${many('(', 6_000)}1${many(')', 6_000)};`,
  'type arguments': `export type T = ${many('Array<', 10_000)}1${many('>', 10_000)}; export const v = 1;`,
  'tuple types': `export type T = ${many('[', 6_000)}1${many(']', 6_000)}; export const v = 1;`,
  'object types': `export type T = ${many('{a:', 20_000)}1${many('}', 20_000)}; export const v = 1;`,
  'function types': `export type T = ${many('()=>', 20_000)}1; export const v = 1;`,
  'type operators': `export type T = ${many('keyof ', 20_000)}1; export const v = 1;`,
  arrays: `export const v = ${many('[', 20_000)}1${many(']', 20_000)};`,
  objects: `export const v = ${many('{a:', 6_000)}1${many('}', 6_000)};`,
  arrows: `export const v = ${many('()=>', 20_000)}1;`,
  blocks: `export const v = 1; ${many('{', 20_000)}${many('}', 20_000)}`,
  'blocks, fewer': `export const v = 1; ${many('{', 6_000)}${many('}', 6_000)}`,
  ternaries: `export const v = ${many('1?1:', 20_000)}1;`,
  functions: `export const v = 1; ${many('function f(){', 20_000)}${many('}', 20_000)}`,
  classes: `export const v = ${many('class { x = ', 6_000)}1${many('}', 6_000)};`,
  templates: `export const v = ${many('`${', 6_000)}1${many('}`', 6_000)};`,
  assignments: `let a; export const v = ${many('a=', 20_000)}1;`,
  calls: `const o = (x) => x; export const v = () => ${many('o(', 20_000)}${many(')', 20_000)};`,
  conditions: `export const v = 1; ${many('if (v) ', 20_000)};`,
  attempts: `export const v = 1; ${many('try{', 20_000)}${many('}finally{}', 20_000)}`,
  switches: `export const v = 1; ${many('switch(1){default:', 20_000)}${many('}', 20_000)}`,
  namespaces: `${many('namespace A {', 6_000)}${many('}', 6_000)} export const v = 1;`,
  labels: `export const v = 1; ${list(20_000, (n) => `l${n}:`)};`,
};

/** A plugin of each kind, and one that is good. */
function hostile(kinds: readonly string[]): PluginFolders {
  const folders = pluginFolders();
  for (const kind of kinds) {
    folders.plugin(kind.replaceAll(/\W+/g, '-'), {
      'index.ts': NESTED[kind] ?? '',
      'other.ts': 'export const v = 1;',
    });
  }
  folders.plugin('good', { 'index.ts': 'export const v = () => 1;' });
  return folders;
}

/** The neighbour serves, and each of the others is refused with a reason, or serves too where it is within all bounds. */
function expectContained({ end, plugins, heldReferences }: HostileOutcome, count: number): void {
  expect(end).toBe(0);
  const { good, ...others } = plugins;
  expect(good).toBe('good');
  expect(Object.keys(others)).toHaveLength(count);
  for (const [kind, tag] of Object.entries(others)) {
    expect({ kind, tag }).toEqual({
      kind,
      tag: expect.stringMatching(/^(CompilationFailed|good)$/),
    });
  }
  expect(heldReferences).toBeLessThan(HELD_REFERENCES);
}

describe('sources that nest without end', () => {
  // One host for all: the start of a process costs more than what is asked.
  test('neither end their host nor hold it up', async () => {
    const kinds = Object.keys(NESTED);
    const { dir } = hostile(kinds);

    expectContained(await runHostileHost(['load', dir], LIMIT_MS, 'measured'), kinds.length);
  });

  test('nor a check', async () => {
    const kinds = ['parentheses', 'arrays', 'blocks, fewer'];
    const { dir } = hostile(kinds);

    expectContained(await runHostileHost(['check', dir], LIMIT_MS, 'measured'), kinds.length);
  });

  test('nor a host at each of its starts', async () => {
    const folders = hostile(['parentheses']);
    const state = pluginFolders();
    for (const start of [1, 2, 3]) {
      const outcome = await runHostileHost(['load', folders.dir, state.dir], LIMIT_MS);
      expect({ start, end: outcome.end, good: outcome.plugins['good'] }).toEqual({
        start,
        end: 0,
        good: 'good',
      });
    }
  });

  test.each(['parentheses', 'templates'])(
    'nor a running host, when it is saved: %s',
    async (kind) => {
      const folders = hostile([]);
      folders.plugin('bad', { 'index.ts': 'export const v = () => 1;' });
      const host = new HostProcess([folders.dir]);
      onTestFinished(async () => void (await host.end('SIGKILL')));
      for (const plugin of ['bad', 'good']) {
        await host.event((event) => event._tag === 'Loaded' && event.plugin === plugin);
      }
      folders.write('bad/index.ts', NESTED[kind] ?? '');
      await Promise.race([
        host
          .event(({ _tag, plugin }) => _tag === 'ReloadFailed' && plugin === 'bad')
          .catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, 4_000)),
      ]);
      folders.write('good/index.ts', 'export const v = () => 2;');
      await Promise.race([
        host
          .event(({ _tag, plugin }) => _tag === 'Reloaded' && plugin === 'good')
          .catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, 4_000)),
      ]);

      expect(host.events).toContainEqual(
        expect.objectContaining({
          _tag: 'ReloadFailed',
          plugin: 'bad',
          stillServing: 1,
          error: expect.objectContaining({ _tag: 'CompilationFailed' }),
        }),
      );
      expect(host.events).toContainEqual(
        expect.objectContaining({ _tag: 'Reloaded', plugin: 'good' }),
      );
    },
  );
});
