import fc from 'fast-check';
import { expect, it } from 'vitest';
import { act, asItIs, fate, plan, runPlan } from '../../cases/source/virtualWatch.js';

it('ends with what is on the disk, whatever order, loss or repetition of hints, after one look at all', () => {
  fc.assert(
    fc.property(plan, (each) => {
      const { disk, contents, hint, flush } = runPlan(each);
      hint('overflow');
      flush();
      expect(Object.fromEntries(contents)).toEqual(Object.fromEntries(disk.files()));
    }),
    { numRuns: 1500 },
  );
});

it('ends with what is on the disk without that look when no hint is lost', () => {
  const late = fc.array(
    fate.map((f) => ({ ...f, count: Math.max(1, f.count) })),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(
      fc.record({
        ...{ before: fc.array(act, { maxLength: 15 }), acts: fc.array(act, { maxLength: 25 }) },
        fates: late,
      }),
      (each) => {
        const { disk, contents } = runPlan(each);
        expect(Object.fromEntries(contents)).toEqual(Object.fromEntries(disk.files()));
      },
    ),
    { numRuns: 1500 },
  );
});

it('has nothing to say when nothing happened', () => {
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
    { numRuns: 300 },
  );
});

it('says at most one thing of a path in a group', () => {
  fc.assert(
    fc.property(plan, (each) => {
      for (const group of runPlan(each).seen) {
        const paths = group.map((event) => event.path);
        expect(paths).toEqual([...new Set(paths)]);
      }
    }),
    { numRuns: 500 },
  );
});

it('calls nothing renamed that is another file, though inodes are given to the next at once', () => {
  fc.assert(
    fc.property(plan, (each) => {
      expect(runPlan({ ...each, fates: asItIs }).falsePairs).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

it('says only what is so to somebody who knows what was said before, and in order', () => {
  fc.assert(
    fc.property(plan, (each) => {
      const { violations, hint, flush } = runPlan(each);
      hint('overflow');
      flush();
      expect(violations).toEqual([]);
    }),
    { numRuns: 1500 },
  );
});

const write = (waitMs: number, content: string, path = '/r/a') => ({
  waitMs,
  what: { do: 'write' as const, path, content },
});
const there = [write(0, 'old')];

it('tells a lone edit within 2 ms, and one of a file that never rests within 60', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 20, max: 60 }),
      (gapMs, count) => {
        const edits = Array.from({ length: count }, (_, i) => write(gapMs, 'x'.repeat(i + 1)));
        const quick = runPlan({ before: there, acts: [write(100, 'new')], fates: asItIs });
        expect(quick.said.map(({ atMs }) => atMs - 100 <= 2)).toEqual([true]);
        const { said } = runPlan({ before: [], acts: edits, fates: asItIs });
        const times = [0, ...said.map(({ atMs }) => atMs), gapMs * count];
        const longestMs = Math.max(...times.slice(1).map((at, i) => at - times[i]!));
        expect(longestMs).toBeLessThanOrEqual(60 + gapMs);
      },
    ),
    { numRuns: 100 },
  );
});

it('shows nobody a file that was emptied to be written, nor one that is half written', () => {
  const gap = fc.integer({ min: 0, max: 4 });
  const pages = fc.integer({ min: 1, max: 3 });
  fc.assert(
    fc.property(gap, pages, (gapMs, count) => {
      const whole = 'w'.repeat(5000 * (count + 1));
      const acts = [write(100, ''), write(gapMs, whole)];
      const { said } = runPlan({ before: [write(0, 'o'.repeat(9999))], acts, fates: asItIs });
      expect(said.map(({ content }) => content)).toEqual([whole]);
    }),
    { numRuns: 100 },
  );
});

it('makes one event of an atomic save, and none of a file that comes and goes, however slow', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 45 }), fc.constantFrom('.tmp', '~'), (gapMs, end) => {
      const temporary = `/r/a${end}`;
      const rename = { do: 'rename' as const, path: temporary, to: '/r/a' };
      const remove = { do: 'remove' as const, path: temporary };
      for (const what of [rename, remove]) {
        const acts = [write(100, 'new', temporary), { waitMs: gapMs, what }];
        const { said } = runPlan({ before: there, acts, fates: asItIs });
        const expected = what === rename ? ['Modified /r/a'] : [];
        expect(said.map(({ event }) => `${event._tag} ${event.path}`)).toEqual(expected);
      }
    }),
    { numRuns: 100 },
  );
});

it('tells a rename in one event, with its edit in the next, within a batch', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8 }), fc.boolean(), (gapMs, isEdited) => {
      const rename = { waitMs: 100, what: { do: 'rename' as const, path: '/r/a', to: '/r/b' } };
      const acts = [rename, ...(isEdited ? [write(gapMs, 'new, and longer', '/r/b')] : [])];
      const { said } = runPlan({ before: there, acts, fates: asItIs });
      const expected = ['Renamed /r/b', ...(isEdited ? ['Modified /r/b'] : [])];
      expect(said.map(({ event }) => `${event._tag} ${event.path}`)).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

it('tells the rename of a directory in one event, whatever is in it and is written in it', () => {
  const name = fc.constantFrom('a', 'b.tmp', 'c~', 'd.bak', 'e.123456');
  const edit = fc.record({ waitMs: fc.integer({ min: 0, max: 20 }), name });
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1 }), fc.array(edit), (names, edits) => {
      const before = [
        { waitMs: 0, what: { do: 'makeDirectory' as const, path: '/r/d' } },
        ...names.map((each) => write(0, 'old', `/r/d/${each}`)),
      ];
      const rename = { waitMs: 100, what: { do: 'rename' as const, path: '/r/d', to: '/r/e' } };
      const isThere = (each: string) => names.some((known) => known === each);
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

it('takes a directory for another that has its inode, or was born with it, and watches that one', () => {
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
