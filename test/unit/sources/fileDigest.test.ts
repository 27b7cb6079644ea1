import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../src/sources/adapters/nodeFileSystem.js';

const dir = mkdtempSync(join(tmpdir(), 'hotpipe-digest-'));
afterAll(() => rmSync(dir, { recursive: true }));

const chunkBytes = 64 * 1024;

describe('the digest of a file', () => {
  it.each([0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 3 * chunkBytes])(
    'covers all of its %i bytes, however many reads that takes',
    (sizeBytes) => {
      const bytes = Buffer.from(Array.from({ length: sizeBytes }, (_, i) => (i * 31) % 251));
      const path = join(dir, `of-${sizeBytes}`);
      writeFileSync(path, bytes);
      const expected = createHash('sha1').update(bytes).digest().readUIntBE(0, 6);

      expect(nodeFileSystem.digest(path, Infinity)).toBe(expected);
      expect(nodeFileSystem.digest(path, sizeBytes)).toBe(expected);
    },
  );

  it.each([2, chunkBytes, chunkBytes + 1])(
    'is undefined for %i bytes when the limit is one less',
    (sizeBytes) => {
      const path = join(dir, `limited-${sizeBytes}`);
      writeFileSync(path, Buffer.alloc(sizeBytes));
      expect(nodeFileSystem.digest(path, sizeBytes - 1)).toBeUndefined();
    },
  );

  it('is undefined when the file cannot be read', () => {
    expect(nodeFileSystem.digest(join(dir, 'absent'), Infinity)).toBeUndefined();
    expect(nodeFileSystem.digest(dir, Infinity)).toBeUndefined();
  });
});
