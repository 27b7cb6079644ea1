import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FoldedEvents, foldEvents } from '../../../src/model/events/foldEvents.js';
import type { EntryKind, WatchEvent } from '../../../src/model/events/WatchEvent.js';
import { processorMsOf } from '../../support/processorMsOf.js';

/** A disk: what each path holds. The content of a file is a number that no other write uses. */
type Tree = Map<string, number | 'directory'>;

const roots = ['/a', '/b', '/c', '/d', '/d/x', '/d/y', '/d/s', '/d/s/z'];
const first: Tree = new Map<string, number | 'directory'>([
  ['/a', 1],
  ['/b', 2],
  ['/d', 'directory'],
  ['/d/x', 3],
  ['/d/s', 'directory'],
  ['/d/s/z', 4],
]);

interface Step {
  readonly verb: 'write' | 'mkdir' | 'remove' | 'move';
  readonly path: string;
  readonly to: string;
}
const step = (paths: readonly string[], verbs: readonly Step['verb'][]): fc.Arbitrary<Step> =>
  fc.record({
    verb: fc.constantFrom(...verbs),
    path: fc.constantFrom(...paths),
    to: fc.constantFrom(...paths),
  });

const under = (tree: Tree, path: string) =>
  [...tree.keys()].filter((p) => p.startsWith(`${path}/`));
const parentOf = (path: string) => path.slice(0, path.lastIndexOf('/'));
const hasRoom = (tree: Tree, path: string) =>
  parentOf(path) === '' || tree.get(parentOf(path)) === 'directory';

/** Runs the steps that the disk allows, and returns the events of a source that misses nothing and folds nothing. */
function run(steps: readonly Step[], directoriesOnlyToNew: boolean) {
  const tree: Tree = new Map(first);
  const events: WatchEvent[] = [];
  const tell = (_tag: 'Created' | 'Modified' | 'Deleted', path: string, kind: EntryKind) =>
    events.push({ _tag, path, kind, atMs: events.length, batch: events.length });
  const remove = (path: string) => {
    for (const p of [...under(tree, path).sort().reverse(), path]) {
      tell('Deleted', p, tree.get(p) === 'directory' ? 'directory' : 'file');
      tree.delete(p);
    }
  };

  steps.forEach(({ verb, path, to }, i) => {
    const held = tree.get(path);
    if (verb === 'write' && held !== 'directory' && hasRoom(tree, path)) {
      tell(held === undefined ? 'Created' : 'Modified', path, 'file');
      tree.set(path, 100 + i);
    } else if (verb === 'mkdir' && held === undefined && hasRoom(tree, path)) {
      tell('Created', path, 'directory');
      tree.set(path, 'directory');
    } else if (verb === 'remove' && held !== undefined) {
      remove(path);
    } else if (verb === 'move' && held !== undefined && path !== to && hasRoom(tree, to)) {
      if (to.startsWith(`${path}/`) || path.startsWith(`${to}/`)) return;
      if (directoriesOnlyToNew && held === 'directory' && to !== '/n' && to !== '/m') return;
      if (tree.has(to)) remove(to);
      const kind = held === 'directory' ? 'directory' : 'file';
      const i = events.length;
      events.push({ _tag: 'Renamed', from: path, path: to, to, kind, atMs: i, batch: i });
      for (const p of [path, ...under(tree, path)]) {
        tree.set(to + p.slice(path.length), tree.get(p)!);
        tree.delete(p);
      }
    }
  });
  return { events, tree };
}

/** Applies a net effect to the disk of the start. New content is read from the disk of the end. */
function apply(folded: FoldedEvents, now: Tree): Tree {
  const tree: Tree = new Map(first);
  for (const event of folded) {
    const { path } = event;
    if (event._tag === 'Renamed') {
      expect(tree.has(event.from)).toBe(true);
      expect(tree.has(path)).toBe(false);
      for (const p of [event.from, ...under(tree, event.from)]) {
        tree.set(path + p.slice(event.from.length), tree.get(p)!);
        tree.delete(p);
      }
    } else if (event._tag === 'Deleted') {
      expect(tree.has(path)).toBe(true);
      expect(under(tree, path)).toEqual([]);
      tree.delete(path);
    } else {
      expect(tree.has(path)).toBe(event._tag === 'Modified');
      expect(hasRoom(tree, path)).toBe(true);
      expect(now.has(path)).toBe(true);
      expect(now.get(path) === 'directory').toBe(event.kind === 'directory');
      tree.set(path, now.get(path)!);
    }
  }
  return tree;
}

/** The same for a reader that reads the whole content of a directory that is Created or Modified. */
function applyRoughly(folded: FoldedEvents, now: Tree): Tree {
  const tree: Tree = new Map(first);
  const read: string[] = [];
  for (const event of folded) {
    const { path } = event;
    const moved =
      event._tag === 'Renamed'
        ? [event.from, ...under(tree, event.from)]
        : [path, ...under(tree, path)];
    const held = moved.map((p) => tree.get(p));
    for (const p of moved) tree.delete(p);
    if (event._tag === 'Renamed') {
      moved.forEach((p, i) => {
        const value = held[i];
        if (value !== undefined) tree.set(path + p.slice(event.from.length), value);
      });
    } else if (event._tag !== 'Deleted') {
      read.push(path);
      const value = now.get(path);
      if (value !== undefined) tree.set(path, value);
    }
  }
  for (const path of read) {
    if (now.get(path) !== 'directory') continue;
    for (const p of under(tree, path)) tree.delete(p);
    for (const p of under(now, path)) tree.set(p, now.get(p)!);
  }
  return tree;
}

const sorted = (tree: Tree) => [...tree].sort(([a], [b]) => (a < b ? -1 : 1));
const fold = (events: readonly WatchEvent[], onto: FoldedEvents = []): FoldedEvents =>
  events.reduce<FoldedEvents>(foldEvents, onto);
const expectOnePerPath = (folded: FoldedEvents) =>
  expect(new Set(folded.map((e) => e.path)).size).toBe(folded.length);

const files = ['/a', '/b', '/c', '/e', '/f'];
const onFiles = fc.array(step(files, ['write', 'remove', 'move', 'move']), { maxLength: 14 });
const onAll = fc.array(
  step([...roots, '/n', '/n/x', '/m'], ['write', 'mkdir', 'remove', 'move', 'move']),
  {
    maxLength: 14,
  },
);

const move = (path: string, to: string): Step => ({ verb: 'move', path, to });
const mkdir = (path: string): Step => ({ verb: 'mkdir', path, to: '' });
const write = (path: string): Step => ({ verb: 'write', path, to: '' });
const remove = (path: string): Step => ({ verb: 'remove', path, to: '' });
/** Directories and their content move past each other. The property below found each of these, after very many runs. */
const knotted: Step[][] = [
  [move('/d/s/z', '/m'), mkdir('/n'), move('/d/s', '/n/x'), move('/n', '/a')],
  [move('/d/s/z', '/m'), move('/d/s', '/d/y'), move('/d', '/a')],
  [move('/a', '/d/y'), move('/b', '/a'), move('/d', '/b')],
  [move('/d', '/b'), move('/b', '/n'), move('/n/x', '/m')],
  [move('/d/s/z', '/c'), move('/d/s', '/d/y'), move('/d', '/n'), move('/n', '/a')],
  [move('/d/s', '/n'), move('/d', '/m'), mkdir('/d'), move('/m', '/d/y')],
  [mkdir('/n'), move('/d/s', '/m'), move('/d', '/n/x'), move('/n', '/d')],
  [move('/b', '/n'), move('/d/s', '/b'), mkdir('/d/s'), move('/d/s', '/n')],
  [move('/d/s', '/b'), write('/d/s'), move('/b', '/d'), mkdir('/d/s'), move('/d/s', '/m')],
  [move('/a', '/m'), move('/d/s/z', '/a'), move('/d', '/b'), mkdir('/d'), move('/m', '/d/s')],
];

/**
 * A new directory takes the place of one that moved away and is gone at the end, and gets back what lay in it. That
 * content has no event, and still it must go with the new directory, or out of it. Rare, so they stand here.
 */
const returned: Step[][] = [
  [move('/d', '/n'), mkdir('/d'), move('/n/x', '/d/x'), move('/d', '/n')],
  [move('/d', '/n'), mkdir('/d'), move('/n/s', '/d/s'), remove('/n'), move('/d', '/m')],
  [move('/d', '/n'), mkdir('/d'), move('/n/x', '/d/x'), remove('/n'), move('/d/x', '/c')],
];

describe('foldEvents, with histories of a disk', () => {
  it.each([
    { what: 'files', steps: onFiles, examples: [] },
    { what: 'directories that move to new places', steps: onAll, examples: returned },
  ])(
    'leads in order from the disk before to the disk after, one event a path: $what',
    ({ steps, examples }) => {
      fc.assert(
        fc.property(steps, (steps) => {
          const { events, tree } = run(steps, true);
          const folded = fold(events);

          expectOnePerPath(folded);
          expect(sorted(apply(folded, tree))).toEqual(sorted(tree));
        }),
        { numRuns: 20_000, examples: examples.map((steps) => [steps]) },
      );
    },
  );

  it('leads to the disk at the end, also when directories replace others', () => {
    fc.assert(
      fc.property(onAll, (steps) => {
        const { events, tree } = run(steps, false);
        const folded = fold(events);

        expectOnePerPath(folded);
        expect(sorted(applyRoughly(folded, tree))).toEqual(sorted(tree));
      }),
      { numRuns: 20_000, examples: knotted.map((steps) => [steps]) },
    );
  });

  it('continues from any net effect: fold(fold(a), b) = fold(a ++ b)', () => {
    fc.assert(
      fc.property(onAll, fc.nat(20), (steps, cut) => {
        const { events } = run(steps, false);

        expect(fold(events.slice(cut), [...fold(events.slice(0, cut))])).toEqual(fold(events));
        expect(fold([...fold(events.slice(0, cut)), ...events.slice(cut)])).toEqual(fold(events));
      }),
      { numRuns: 5_000 },
    );
  });

  it('folds net effects: fold(a ++ fold(b)) leads to the same disk as fold(a ++ b)', () => {
    fc.assert(
      fc.property(onFiles, fc.nat(20), (steps, cut) => {
        const { events, tree } = run(steps, true);
        const folded = fold([...events.slice(0, cut), ...fold(events.slice(cut))]);

        expectOnePerPath(folded);
        expect(sorted(apply(folded, tree))).toEqual(sorted(tree));
      }),
      { numRuns: 10_000 },
    );
  });

  it('has no event for a path that ends as it was, unless a ring was closed on the way', () => {
    fc.assert(
      fc.property(fc.array(step(files, ['write', 'remove']), { maxLength: 14 }), (steps) => {
        const { events, tree } = run(steps, true);
        const named = new Set(fold(events).map((e) => e.path));

        for (const path of files) expect(named.has(path)).toBe(tree.get(path) !== first.get(path));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('foldEvents, with histories that no disk can have', () => {
  const path = fc.constantFrom(
    '/a',
    '/b',
    '/d',
    '/d/x',
    '/d/x/y',
    '/d/z',
    '/e',
    '/e/x',
    'x\\y',
    'x',
    '',
    '/',
  );
  const kind = fc.constantFrom('file' as const, 'directory' as const);
  const event: fc.Arbitrary<WatchEvent> = fc.oneof(
    fc
      .record({
        tag: fc.constantFrom('Created' as const, 'Modified' as const, 'Deleted' as const),
        path,
        kind,
      })
      .map(({ tag, path, kind }) => ({ _tag: tag, path, kind, atMs: 0, batch: 1 })),
    fc.record({ from: path, to: path, kind }).map(({ from, to, kind }) => ({
      _tag: 'Renamed' as const,
      from,
      to,
      path: to,
      kind,
      atMs: 0,
      batch: 1,
    })),
  );

  it('never throws, and has one event per path', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let folded: FoldedEvents = [];
        for (const e of events) expectOnePerPath((folded = foldEvents(folded, e)));
        for (const e of folded) if (e._tag === 'Renamed') expect(e.to).toBe(e.path);
      }),
      { numRuns: 10_000 },
    );
  });

  it('folds any 10,000 events in well under a second of processor time', () => {
    const at = { kind: 'file' as const, atMs: 0, batch: 1 };
    const storms: Record<string, (i: number) => WatchEvent> = {
      'one file': () => ({ _tag: 'Modified', path: '/p/a', ...at }),
      '200 files': (i) => ({ _tag: 'Modified', path: `/p/${i % 200}`, ...at }),
      '10,000 files': (i) => ({ _tag: 'Created', path: `/p/q/r/${i}`, ...at }),
      'temp files': (i) => ({ _tag: i % 2 ? 'Deleted' : 'Created', path: `/p/${i >> 1}`, ...at }),
      renames: (i) => ({ _tag: 'Renamed', from: `/p/${i}`, to: `/q/${i}`, path: `/q/${i}`, ...at }),
      'a rotation': (i) => ({
        _tag: 'Renamed' as const,
        from: `/${9_999 - i}`,
        to: `/${10_000 - i}`,
        path: `/${10_000 - i}`,
        ...at,
      }),
      'one file through 10,000 names': (i) => ({
        _tag: 'Renamed' as const,
        from: `/${i}`,
        to: `/${i + 1}`,
        path: `/${i + 1}`,
        ...at,
      }),
    };
    for (const [name, at] of Object.entries(storms)) {
      let length = 0;
      const tookMs = processorMsOf(() => {
        length = fold(Array.from({ length: 10_000 }, (_, i) => at(i))).length;
      });

      if (process.env['SHOW_MS'] === '1')
        console.log(`${name}: ${tookMs.toFixed(1)} ms, ${length} events`);
      expect(tookMs).toBeLessThan(1_000);
    }
  });
});
