import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Disk,
  ENVIRONMENT,
  keyOf,
  memoryFiles,
  packsOn,
  sampleModule,
  writePack,
} from './memoryPacks.js';

const NUMBERS = [1, 2, 3];

function onlyPack(disk: Disk): [string, Buffer] {
  const [pack] = disk;
  if (pack === undefined || disk.size !== 1) throw new Error(`${disk.size} files`);
  return pack;
}

/** What a later process finds: for each number whether its module is there. Throws for any module but the one that was written. */
function foundOn(disk: Disk, environment = ENVIRONMENT): readonly boolean[] {
  const { packs, told } = packsOn(memoryFiles(new Map(disk)).files, { environment });
  const found = NUMBERS.map((n) => {
    const module = packs.get(keyOf(n));
    if (module !== undefined) expect(module).toEqual(sampleModule(n));
    return module !== undefined;
  });
  expect(told.length).toBeLessThanOrEqual(1);
  return found;
}

describe('what is kept is given back whole, or not at all', () => {
  test('as it was put, to a later process', async () => {
    const { disk, files } = memoryFiles();
    expect(await writePack(files, NUMBERS)).toEqual([]);

    expect(foundOn(disk)).toEqual([true, true, true]);
    expect(foundOn(disk, 'cd'.repeat(32))).toEqual([false, false, false]);
  });

  test('with any bit of it flipped', async () => {
    const { disk, files } = memoryFiles();
    await writePack(files, NUMBERS);
    const [path, bytes] = onlyPack(disk);
    let missedCount = 0;
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8((flipped.at(bit >> 3) ?? 0) ^ (1 << (bit & 7)), bit >> 3);
      const found = foundOn(new Map([[path, flipped]]));
      missedCount += found.filter((isThere) => !isThere).length;
    }
    // Each bit belongs to a record, which is then missing, or to what all need.
    expect(missedCount).toBeGreaterThanOrEqual(bytes.length * 8);
  });

  test('cut off at any byte, and with bytes behind it', async () => {
    const { disk, files } = memoryFiles();
    await writePack(files, NUMBERS);
    const [path, bytes] = onlyPack(disk);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(foundOn(new Map([[path, bytes.subarray(0, length)]]))).not.toContain(true);
    }
    expect(foundOn(new Map([[path, Buffer.concat([bytes, Buffer.from('x')])]]))).not.toContain(
      true,
    );
  });

  test('with parts of two packs exchanged, as somebody could do by hand', async () => {
    const { disk, files } = memoryFiles();
    await writePack(files, NUMBERS);
    const [path, bytes] = onlyPack(disk);
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(bytes.length), fc.nat(200), (from, to, length) => {
        const edited = Buffer.from(bytes);
        bytes.copy(edited, to, from, from + length);
        foundOn(new Map([[path, edited]]));
      }),
      { numRuns: 500 },
    );
  });

  test('after a kill at any byte of its writing: what was there before stays', async () => {
    const before = memoryFiles();
    await writePack(before.files, [1]);
    const [, bytes] = onlyPack(before.disk);
    for (let failsAfter = 0; failsAfter <= 2 * bytes.length; failsAfter += 1) {
      const disk = new Map(before.disk);
      await writePack(memoryFiles(disk, { failsAfter, isKilled: true }).files, [2, 3]);
      const found = foundOn(disk);
      expect(found[0]).toBe(true);
      expect(found[1]).toBe(found[2]);
    }
  });

  test('on a disk that is full after any byte: told once, and nothing is left behind', async () => {
    const whole = memoryFiles();
    await writePack(whole.files, [2, 3]);
    const [, bytes] = onlyPack(whole.disk);
    for (let failsAfter = 0; failsAfter < bytes.length; failsAfter += 1) {
      const disk: Disk = new Map();
      const { files } = memoryFiles(disk, { failsAfter });
      const told = await writePack(files, [2, 3]);
      expect(told).toEqual(['/cache cannot be written: ENOSPC']);
      expect(disk.size).toBe(0);
    }
  });
});

describe('the directory stays within its bound', () => {
  test('whatever is put in it, and what is used stays', async () => {
    const maxBytes = 8_000;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 10, max: 60 }), { maxLength: 12 }), { maxLength: 20 }),
        async (starts) => {
          const { disk, files } = memoryFiles();
          await writePack(files, [1], { maxBytes });
          for (const numbers of starts) {
            const { packs, told } = packsOn(files, { maxBytes });
            // Used in each start.
            expect(packs.get(keyOf(1))).toEqual(sampleModule(1));
            for (const n of numbers) {
              const kept = packs.get(keyOf(n));
              if (kept === undefined) packs.put(keyOf(n), () => sampleModule(n));
              else expect(kept).toEqual(sampleModule(n));
            }
            await packs.flush();
            packs.close();
            expect(told).toEqual([]);
            const sum = [...disk.values()].reduce((total, { length }) => total + length, 0);
            expect(sum).toBeLessThanOrEqual(maxBytes);
            expect(disk.size).toBeLessThanOrEqual(8);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('packs of another environment go first', async () => {
    const { disk, files } = memoryFiles();
    const other = { environment: 'cd'.repeat(32), maxBytes: 3_000 };
    await writePack(files, [10, 11, 12, 13], other);
    await writePack(files, [1, 2, 3], { maxBytes: 1_500 });

    expect(foundOn(disk)).toEqual([true, true, true]);
    expect(foundOn(disk, other.environment)).not.toContain(true);
    expect(disk.size).toBe(1);
  });
});
