import { expect, test } from 'vitest';
import { createTurns } from '../../../src/model/turns.js';

test('runs at most that many at a time, the others in order, also after one that fails', async () => {
  const inTurn = createTurns(2, () => Promise.resolve());
  const log: string[] = [];
  const ends = new Map<string, { end: () => void; fail: (error: Error) => void }>();
  const work = (name: string) =>
    inTurn(async () => {
      log.push(name);
      await new Promise<void>((end, fail) => ends.set(name, { end, fail }));
      return name;
    });
  const all = ['a', 'b', 'c', 'd'].map(work);
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  await settle();
  expect(log).toEqual(['a', 'b']);

  ends.get('b')?.fail(new Error('b'));
  await expect(all[1]).rejects.toThrow('b');
  all.push(work('e'));
  await settle();
  expect(log).toEqual(['a', 'b', 'c']);

  for (const name of ['a', 'c', 'd', 'e']) {
    ends.get(name)?.end();
    await settle();
  }
  expect(log).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(await Promise.all([all[0], all[2], all[3], all[4]])).toEqual(['a', 'c', 'd', 'e']);
});

test('work that waited starts in a turn of its own; work that finds a free place starts at once', async () => {
  const turns: (() => void)[] = [];
  const inTurn = createTurns(1, () => new Promise((resolve) => turns.push(resolve)));
  const log: string[] = [];
  const work = (name: string) => inTurn(() => Promise.resolve(log.push(name)));
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  const both = [work('first'), work('second')];
  await settle();
  expect(log).toEqual(['first']);
  turns[0]?.();
  await Promise.all(both);
  await work('alone');
  expect(log).toEqual(['first', 'second', 'alone']);
  expect(turns).toHaveLength(1);
});
