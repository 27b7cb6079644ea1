import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sameContent } from '../../cases/source/listener.js';
import {
  act,
  asItIs,
  fate,
  named,
  plan,
  runPlan,
  stormCount,
} from '../../cases/source/virtualWatch.js';

/** HOTPIPE_HISTORIES=100000 runs that many of each property. */
const histories = (count: number) => Math.max(count, Number(process.env['HOTPIPE_HISTORIES'] ?? 0));
const timeout = process.env['HOTPIPE_HISTORIES'] === undefined ? 30_000 : 3_600_000;

const write = (waitMs: number, content: string, path = '/r/a') => ({
  waitMs,
  what: { do: 'write' as const, path, content },
});

it('agrees with the disk after one full scan, whatever hints were lost, repeated or out of order', {
  timeout,
}, () => {
  fc.assert(
    fc.property(plan, (each) => {
      const { disk, contents, hint, flush } = runPlan(each);
      hint('overflow');
      flush();
      expect(Object.fromEntries(contents)).toEqual(Object.fromEntries(disk.files()));
    }),
    { numRuns: histories(1500) },
  );
});

it('agrees with the disk after an overflow in the middle of what happens, whatever was lost before', {
  timeout,
}, () => {
  fc.assert(
    fc.property(plan, fc.integer({ min: 0, max: 400 }), (each, overflowAtMs) => {
      const { disk, contents } = runPlan({ ...each, overflowAtMs });
      expect(Object.fromEntries(contents)).toEqual(Object.fromEntries(disk.files()));
    }),
    { numRuns: histories(1500) },
  );
});

it('agrees with the disk without a full scan when no hint is lost', { timeout }, () => {
  const late = fc.array(
    fate.map((f) => ({ ...f, count: Math.max(1, f.count) })),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(
      fc.record({
        before: fc.array(act, { maxLength: 15 }),
        acts: fc.array(act, { maxLength: 25 }),
        fates: late,
        stormCount,
        named,
      }),
      (each) => {
        const { disk, contents } = runPlan(each);
        expect(Object.fromEntries(contents)).toEqual(Object.fromEntries(disk.files()));
      },
    ),
    { numRuns: histories(1500) },
  );
});

it('agrees with the disk when directories take the places of others, in which nobody has looked at the files', {
  timeout,
}, () => {
  const dir = fc.constantFrom('/r/d', '/r/e', '/r/d/f', '/r/e/f', '/r/c', '/r/d/c');
  const waitMs = fc.constantFrom(0, 0, 1, 8, 20);
  const move = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('rename' as const), path: dir, to: dir }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), path: dir }) },
  );
  const moves = fc.array(fc.record({ waitMs, what: move }), { minLength: 1, maxLength: 6 });
  const dirs = ['/r/d', '/r/e', '/r/d/f', '/r/e/f'];
  const make = (path: string) => ({ waitMs: 0, what: { do: 'makeDirectory' as const, path } });
  const before = [
    ...dirs.map(make),
    ...dirs.flatMap((path) => [
      write(0, `a in ${path}`, `${path}/a`),
      write(0, `b in ${path}`, `${path}/b`),
    ]),
  ];
  const isSlow = fc.record({
    firstLookCount: fc.constantFrom(0, 3, Infinity),
    firstLooksPerSliceCount: fc.constantFrom(1, 3),
    ageMs: fc.constant(1000),
    lagMs: fc.constant(0),
  });
  const delays = fc.array(
    fc.record({ count: fc.constant(1), delayMs: fc.constantFrom(0, 3, 15) }),
    {
      minLength: 1,
    },
  );
  fc.assert(
    fc.property(moves, delays, isSlow, (acts, fates, slow) => {
      const { contents, disk, misread } = runPlan({ before, acts, fates, named: slow });
      const onDisk = disk.files();
      // Who reads a file while its directories move may find none, or another one, and not be told again: what is wrong is the moment.
      for (const path of misread) {
        const text = onDisk.get(path);
        if (text !== undefined) contents.set(path, text);
      }
      expect(Object.fromEntries(contents)).toEqual(Object.fromEntries(onDisk));
    }),
    { numRuns: histories(1500) },
  );
});

it('reports nothing when nothing happened', { timeout }, () => {
  fc.assert(
    fc.property(plan, (each) => {
      const { seen, hint, flush } = runPlan(each);
      hint('overflow');
      flush();
      const count = seen.length;
      hint('overflow');
      flush();
      expect(seen).toHaveLength(count);
    }),
    { numRuns: histories(300) },
  );
});

it('reports at most one event per path in a group', { timeout }, () => {
  fc.assert(
    fc.property(plan, (each) => {
      for (const group of runPlan(each).seen) {
        const paths = group.map((event) => event.path);
        expect(paths).toEqual([...new Set(paths)]);
      }
    }),
    { numRuns: histories(500) },
  );
});

it('never reports another file as a rename, even though inodes are reused at once', {
  timeout,
}, () => {
  fc.assert(
    fc.property(plan, (each) => {
      expect(runPlan({ ...each, fates: asItIs }).falsePairs).toEqual([]);
    }),
    { numRuns: histories(1000) },
  );
});

it('reports only what is consistent with the events before, and in order', { timeout }, () => {
  fc.assert(
    fc.property(plan, (each) => {
      const { violations, hint, flush } = runPlan(each);
      hint('overflow');
      flush();
      // Files are read ahead when a storm is over. Until then a save counts as a change whatever it wrote.
      const isStorm = each.stormCount < 256;
      const known = isStorm
        ? violations.filter((each) => !each.startsWith(sameContent))
        : violations;
      expect(known).toEqual([]);
    }),
    { numRuns: histories(1500) },
  );
});

const there = [write(0, 'old')];

it('reports a single edit within 2 ms, and an edit of a file that never rests within 60 ms', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 20, max: 60 }),
      (gapMs, count) => {
        const edits = Array.from({ length: count }, (_, i) => write(gapMs, 'x'.repeat(i + 1)));
        const quick = runPlan({ before: there, acts: [write(100, 'new')], fates: asItIs });
        expect(quick.reported.map(({ atMs }) => atMs - 100 <= 2)).toEqual([true]);
        const { reported } = runPlan({ before: [], acts: edits, fates: asItIs });
        const times = [0, ...reported.map(({ atMs }) => atMs), gapMs * count];
        const longestMs = Math.max(...times.slice(1).map((at, i) => at - times[i]!));
        expect(longestMs).toBeLessThanOrEqual(60 + gapMs);
      },
    ),
    { numRuns: 100 },
  );
});

it('never reports a file that was truncated to be written, or is half written', () => {
  const gap = fc.integer({ min: 0, max: 4 });
  const pages = fc.integer({ min: 1, max: 3 });
  fc.assert(
    fc.property(gap, pages, (gapMs, count) => {
      const whole = 'w'.repeat(5000 * (count + 1));
      const acts = [write(100, ''), write(gapMs, whole)];
      const { reported } = runPlan({ before: [write(0, 'o'.repeat(9999))], acts, fates: asItIs });
      expect(reported.map(({ content }) => content)).toEqual([whole]);
    }),
    { numRuns: 100 },
  );
});

it('reports one event for an atomic save, and none for a file that comes and goes, however slow', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 45 }), fc.constantFrom('.tmp', '~'), (gapMs, end) => {
      const temporary = `/r/a${end}`;
      const rename = { do: 'rename' as const, path: temporary, to: '/r/a' };
      const remove = { do: 'remove' as const, path: temporary };
      for (const what of [rename, remove]) {
        const acts = [write(100, 'new', temporary), { waitMs: gapMs, what }];
        const { reported } = runPlan({ before: there, acts, fates: asItIs });
        const expected = what === rename ? ['Modified /r/a'] : [];
        expect(reported.map(({ event }) => `${event._tag} ${event.path}`)).toEqual(expected);
      }
    }),
    { numRuns: 100 },
  );
});

it('reports a rename as one event, and its edit as the next, in one batch', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8 }), fc.boolean(), (gapMs, isEdited) => {
      const rename = { waitMs: 100, what: { do: 'rename' as const, path: '/r/a', to: '/r/b' } };
      const acts = [rename, ...(isEdited ? [write(gapMs, 'new, and longer', '/r/b')] : [])];
      const { reported } = runPlan({ before: there, acts, fates: asItIs });
      const expected = ['Renamed /r/b', ...(isEdited ? ['Modified /r/b'] : [])];
      expect(reported.map(({ event }) => `${event._tag} ${event.path}`)).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

it('reports the rename of a directory as one event, whatever it holds and whatever is written in it', () => {
  const name = fc.constantFrom('a', 'b.tmp', 'c~', 'd.bak', 'e.123456');
  const edit = fc.record({ waitMs: fc.integer({ min: 0, max: 20 }), name });
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1 }), fc.array(edit), (names, edits) => {
      const before = [
        { waitMs: 0, what: { do: 'makeDirectory' as const, path: '/r/d' } },
        ...names.map((each) => write(0, 'old', `/r/d/${each}`)),
      ];
      const rename = { waitMs: 100, what: { do: 'rename' as const, path: '/r/d', to: '/r/e' } };
      const isThere = (each: string) => names.some((existing) => existing === each);
      const acts = edits
        .filter((each) => isThere(each.name))
        .map((each, i) => write(each.waitMs, 'x'.repeat(i + 9), `/r/e/${each.name}`));
      const { seen, contents, disk } = runPlan({ before, acts: [rename, ...acts], fates: asItIs });
      const tags = seen.flat().map(({ _tag, kind }) => `${_tag} ${kind}`);
      expect(tags[0]).toBe('Renamed directory');
      expect(tags.slice(1).filter((tag) => tag !== 'Modified file')).toEqual([]);
      expect(Object.fromEntries(contents)).toEqual(Object.fromEntries(disk.files()));
    }),
    { numRuns: 300 },
  );
});

it('tells a new directory from the old one with the same inode or time of birth, and watches the new one', () => {
  const removed = { waitMs: 100, what: { do: 'remove' as const, path: '/r/d' } };
  const made = { do: 'makeDirectory' as const, path: '/r/d' };
  const moved = { do: 'rename' as const, path: '/r/e', to: '/r/d' };
  const directory = (path: string) => ({
    waitMs: 0,
    what: { do: 'makeDirectory' as const, path },
  });
  const before = [directory('/r/d'), directory('/r/e')];
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 80 }), fc.constantFrom(made, moved), (gapMs, what) => {
      const acts = [removed, { waitMs: 0, what }, write(gapMs, 'new', '/r/d/a')];
      const { disk, contents } = runPlan({ before, acts, fates: asItIs });
      expect(Object.fromEntries(contents)).toEqual(Object.fromEntries(disk.files()));
    }),
    { numRuns: 50 },
  );
});

it('in a storm reports no file whose directory has moved meanwhile, and no rename to a path that has another file by then', () => {
  const makeDirectory = (path: string) => ({
    waitMs: 0,
    what: { do: 'makeDirectory' as const, path },
  });
  const rename = (waitMs: number, path: string, to: string) => ({
    waitMs,
    what: { do: 'rename' as const, path, to },
  });
  const save = { do: 'save' as const, path: '/r/a', content: 'x' };
  const { disk, contents } = runPlan({
    before: [makeDirectory('/r/d')],
    acts: [write(0, 'x', '/r/d/a'), { waitMs: 60, what: save }, rename(0, '/r/d', '/r/c')],
    fates: asItIs,
    stormCount: 1,
  });
  expect(Object.fromEntries(contents)).toEqual(Object.fromEntries(disk.files()));
  const { falsePairs } = runPlan({
    before: [write(0, 'x', '/r/c'), makeDirectory('/r/d')],
    acts: [write(1, 'x', '/r/d/c'), rename(60, '/r/d/c', '/r/e'), rename(60, '/r/c', '/r/e')],
    fates: asItIs,
    stormCount: 1,
  });
  expect(falsePairs).toEqual([]);
});
