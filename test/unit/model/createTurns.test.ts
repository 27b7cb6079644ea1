import { expect, test } from 'vitest';
import { createTurns } from '../../../src/model/concurrency.js';

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('gives each caller a turn of its own, in the order of the calls', async () => {
  const turns: (() => void)[] = [];
  const nextTurn = createTurns(() => new Promise((resolve) => turns.push(resolve)));
  const log: string[] = [];
  const wait = (name: string) => nextTurn().then(() => log.push(name));
  void wait('a');
  void wait('b');
  await settled();
  expect(turns).toHaveLength(1);

  turns[0]?.();
  await settled();
  expect(log).toEqual(['a']);
  void wait('c');
  for (const at of [1, 2]) {
    expect(turns).toHaveLength(at + 1);
    turns[at]?.();
    await settled();
  }
  expect(log).toEqual(['a', 'b', 'c']);
  expect(turns).toHaveLength(3);
});

test('who asks again in its turn waits for another one, behind those who wait already', async () => {
  const nextTurn = createTurns(settled);
  const log: string[] = [];
  const work = async (name: string) => {
    for (let slice = 1; slice <= 3; slice += 1) {
      await nextTurn();
      log.push(`${name}${slice}`);
    }
  };
  await Promise.all([work('a'), work('b')]);
  expect(log).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
});

test('two slices of work never run in one turn of the loop', async () => {
  const nextTurn = createTurns(settled);
  let turn = 0;
  let isOver = false;
  const count = (): void => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const seen: number[] = [];
  await Promise.all(Array.from({ length: 20 }, () => nextTurn().then(() => seen.push(turn))));
  isOver = true;
  expect(new Set(seen).size).toBe(20);
});
