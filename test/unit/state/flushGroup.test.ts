import { expect, it } from 'vitest';
import { FlushGroup } from '../../../src/state/disk/FlushGroup.js';

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Names that appear, and flushes that end when the test says so. `ask` makes a name appear and has it flushed. */
function start() {
  const group = new FlushGroup();
  const there: string[] = [];
  const flushes: { readonly names: readonly string[]; end(error?: Error): void }[] = [];
  const ended: string[] = [];
  const flush = () =>
    new Promise<void>((resolve, reject) => {
      const end = (error?: Error) => (error === undefined ? resolve() : reject(error));
      flushes.push({ names: [...there], end });
    });
  const ask = (name: string): void => {
    there.push(name);
    void group.flushed(flush).then(
      () => ended.push(name),
      () => ended.push(`${name} failed`),
    );
  };
  return { ask, flushes, ended };
}

it('flushes at once for one that asks alone', async () => {
  const { ask, flushes, ended } = start();
  ask('a');
  expect(flushes).toHaveLength(1);
  flushes[0]?.end();
  await settled();
  expect(ended).toEqual(['a']);
  ask('b');
  expect(flushes).toHaveLength(2);
});

it('shares the next flush among all who ask while one is under way, and begins it after their names are there', async () => {
  const { ask, flushes, ended } = start();
  ask('a');
  for (const name of ['b', 'c', 'd']) ask(name);
  expect(flushes).toHaveLength(1);
  flushes[0]?.end();
  await settled();
  expect(ended).toEqual(['a']);
  expect(flushes.map(({ names }) => names)).toEqual([['a'], ['a', 'b', 'c', 'd']]);
  ask('e');
  flushes[1]?.end();
  await settled();
  expect(ended).toEqual(['a', 'b', 'c', 'd']);
  expect(flushes).toHaveLength(3);
  flushes[2]?.end();
  await settled();
  expect(ended).toEqual(['a', 'b', 'c', 'd', 'e']);
});

it('fails all that share a flush that fails, and those who wait for the next one, whose names it may have dropped', async () => {
  const { ask, flushes, ended } = start();
  for (const name of ['a', 'b', 'c']) ask(name);
  flushes[0]?.end(new Error('EIO'));
  await settled();
  expect(ended).toEqual(['a failed', 'b failed', 'c failed']);
  expect(flushes).toHaveLength(1);
  ask('d');
  expect(flushes).toHaveLength(2);
  flushes[1]?.end();
  await settled();
  expect(ended).toEqual(['a failed', 'b failed', 'c failed', 'd']);
});
