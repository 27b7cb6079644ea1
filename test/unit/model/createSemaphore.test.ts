import { expect, test } from 'vitest';
import { createSemaphore } from '../../../src/model/concurrency.js';

const nextMacrotask = () => new Promise<void>((resolve) => setImmediate(resolve));

test('runs so many tasks at a time and starts the others in order, also when one before them rejects', async () => {
  const withPermit = createSemaphore(2, () => Promise.resolve());
  const log: string[] = [];
  const ends = new Map<string, { end: () => void; fail: (error: Error) => void }>();
  const work = (name: string) =>
    withPermit(async () => {
      log.push(name);
      await new Promise<void>((end, fail) => ends.set(name, { end, fail }));
      return name;
    });
  const all = ['a', 'b', 'c', 'd'].map(work);
  await nextMacrotask();
  expect(log).toEqual(['a', 'b']);

  ends.get('b')?.fail(new Error('b'));
  await expect(all[1]).rejects.toThrow('b');
  all.push(work('e'));
  await nextMacrotask();
  expect(log).toEqual(['a', 'b', 'c']);

  for (const name of ['a', 'c', 'd', 'e']) {
    ends.get(name)?.end();
    await nextMacrotask();
  }
  expect(log).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(await Promise.all([all[0], all[2], all[3], all[4]])).toEqual(['a', 'c', 'd', 'e']);
});

test('a task that waited for a permit also waits for a turn of the event loop; one that finds a permit does not', async () => {
  const turns: (() => void)[] = [];
  const withPermit = createSemaphore(1, () => new Promise((resolve) => turns.push(resolve)));
  const log: string[] = [];
  const work = (name: string) => withPermit(() => Promise.resolve(log.push(name)));

  const both = [work('first'), work('second')];
  await nextMacrotask();
  expect(log).toEqual(['first']);
  turns[0]?.();
  await Promise.all(both);
  await work('alone');
  expect(log).toEqual(['first', 'second', 'alone']);
  expect(turns).toHaveLength(1);
});
