import { describe, expect, it } from 'vitest';
import { isSameLook, type Look } from '../../../src/sources/disk/Look.js';

describe('two looks', () => {
  const look: Look = {
    kind: 'file',
    isFollowed: false,
    dev: 1,
    ino: 7,
    birthMs: 1,
    mtimeMs: 2,
    ctimeMs: 3,
    sizeBytes: 4,
    atimeMs: 0,
  };

  it.each(['dev', 'ino', 'birthMs', 'mtimeMs', 'ctimeMs', 'sizeBytes'] as const)(
    'differ where %s does',
    (field) => {
      expect(isSameLook(look, { ...look })).toBe(true);
      expect(isSameLook(look, { ...look, [field]: 9 })).toBe(false);
    },
  );

  it('are the same when neither finds a file, and differ when one does', () => {
    expect(isSameLook(undefined, undefined)).toBe(true);
    expect(isSameLook(look, undefined)).toBe(false);
  });
});
