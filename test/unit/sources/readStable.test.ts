import { VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';
import type { FileReader } from '../../../src/sources/adapters/fileReader.js';
import { readStable } from '../../../src/sources/index.js';

/** A file whose content changes with each stat and each read. */
function changing(states: readonly string[]): FileReader & { readonly count: () => number } {
  let at = 0;
  const next = () => states[Math.min(at++, states.length - 1)]!;
  return {
    count: () => at,
    stamp: async () => {
      const state = next();
      return { ino: 1, sizeBytes: state.length, mtimeMs: states.indexOf(state), ctimeMs: 0 };
    },
    read: async () => Buffer.from(next()),
  };
}

async function run(states: readonly string[], maxWaitMs = 50) {
  const scheduler = new VirtualTimeScheduler();
  let isDone = false;
  const result = readStable('/a', { reader: changing(states), scheduler, maxWaitMs }).finally(
    () => (isDone = true),
  );
  while (!isDone) {
    scheduler.flush();
    await Promise.resolve();
  }
  const { bytes, isStable } = await result;
  return { text: Buffer.from(bytes).toString(), isStable, atMs: scheduler.now() };
}

it('reads a stable file once', async () => {
  expect(await run(['same', 'same', 'same'])).toMatchObject({
    text: 'same',
    isStable: true,
    atMs: 0,
  });
});

it('reads again when the file was written to while it was read', async () => {
  expect(await run(['old', 'ol', 'new!', 'new!'])).toMatchObject({ text: 'new!', isStable: true });
});

it('reads again when the content is shorter than the file', async () => {
  expect(await run(['abcd', 'ab', 'abcd', 'abcd', 'abcd', 'abcd'])).toMatchObject({ text: 'abcd' });
});

it('waits up to 10 ms for the content of an empty file, and then returns it empty', async () => {
  expect(await run(['', '', '', 'new', 'new', 'new'])).toMatchObject({
    text: 'new',
    isStable: true,
  });
  const empty = await run(['']);
  expect(empty).toMatchObject({ text: '', isStable: true });
  expect(empty.atMs).toBeLessThan(10);
});

it('returns an unstable content for a file that is written to all the time', async () => {
  const busy = Array.from({ length: 1000 }, (_, i) => 'x'.repeat(i + 1));
  expect(await run(busy, 20)).toMatchObject({ isStable: false });
});

it('rejects for a file that does not exist', async () => {
  await expect(readStable('/nowhere/at/all')).rejects.toMatchObject({ code: 'ENOENT' });
});
