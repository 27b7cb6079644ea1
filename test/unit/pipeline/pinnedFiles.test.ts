import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FileStamp, PluginFiles } from '../../../src/modules/files/PluginFiles.js';
import { PinnedFiles } from '../../../src/pipeline/trials/PinnedFiles.js';

const A = '/p/a/index.ts';
const SHARED = '/p/shared.ts';
const B = '/p/b/index.ts';

/** A disk with these texts. `/link` leads to `/p`, and paths under `/gone` have no real path. */
function diskOf(texts: Record<string, string>) {
  const lead = (path: string) => path.replace(/^\/link/, '/p');
  const stat = (path: string): FileStamp | undefined => {
    const text = texts[lead(path)];
    return text === undefined
      ? undefined
      : { kind: 'file', sizeBytes: text.length, identity: `disk ${text}`, isSettled: true };
  };
  const disk: PluginFiles = {
    stampsDirectories: true,
    stat: (path) => {
      if (path === '/broken') throw new Error('EIO');
      return stat(path);
    },
    read: (path, maxBytes) => {
      const stamp = stat(path);
      const text = texts[lead(path)];
      if (stamp === undefined || text === undefined) throw new Error('ENOENT');
      return {
        text: text.slice(0, maxBytes),
        before: stamp,
        after: stamp,
        sizeBytes: stamp.sizeBytes,
      };
    },
    realPath: (path) => {
      if (path.startsWith('/gone')) throw new Error('ENOENT');
      return lead(path);
    },
    readLink: (path) => (path === '/link' ? '/p' : undefined),
    list: (dir) => [dir, 'index.ts'],
  };
  const files = new PinnedFiles(disk);
  const identities = (...paths: string[]) =>
    new Map(paths.map((path) => [path, files.identityOf(path)]));
  return { disk, files, identities, texts };
}

describe('files without a pin', () => {
  it('are those on disk', () => {
    const { files } = diskOf({ [A]: 'disk' });
    expect(files.read(A, 100).text).toBe('disk');
    expect(files.read(A, 2).text).toBe('di');
    expect(files.stat(A)?.identity).toBe('disk disk');
    expect(files.stat('/p/none')).toBeUndefined();
    expect(files.realPath('/link/a/index.ts')).toBe(A);
    expect(files.readLink('/link')).toBe('/p');
    expect(files.list('/p')).toEqual(['/p', 'index.ts']);
    expect(files.stampsDirectories).toBe(true);
    expect([files.identityOf(A), files.identityOf('/p/none'), files.identityOf('/broken')]).toEqual(
      ['disk disk', undefined, undefined],
    );
    const { seenFrom, ...rest } = files.seenFrom('/p/a');
    expect([seenFrom, rest.stampsDirectories, rest.isOnDisk?.(A)]).toEqual([undefined, true, true]);
  });

  it('have no stamps of directories where the disk gives none', () => {
    const { disk } = diskOf({});
    const { stat, read, realPath, list } = disk;
    const files = new PinnedFiles({ stat, read, realPath, list });
    expect([files.stampsDirectories, files.readLink('/link')]).toEqual([false, undefined]);
  });
});

describe('a pinned version', () => {
  const pinned = () => {
    const world = diskOf({ [A]: 'new', [SHARED]: 'new shared', [B]: 'b' });
    const texts = new Map([
      [A, 'öld'],
      [SHARED, 'old shared'],
    ]);
    world.files.pin('/link/a', texts, world.identities(A, SHARED));
    return world;
  };

  it('is read and stamped in place of what is on disk, also by another path to it', () => {
    const { files } = pinned();
    const sha256 = createHash('sha256').update('öld').digest('hex');
    const stamp = { kind: 'file', sizeBytes: 4, identity: `pinned:${sha256}`, isSettled: true };
    for (const path of [A, '/link/a/index.ts']) {
      expect(files.read(path, 100)).toEqual({
        text: 'öld',
        before: stamp,
        after: stamp,
        sizeBytes: 4,
      });
      expect(files.stat(path)).toEqual(stamp);
    }
    expect(files.realPath(A)).toBe(A);
    expect(files.realPath('/link/a/index.ts')).toBe(A);
    expect(files.stampsDirectories).toBe(false);
    expect(files.stat(B)?.identity).toBe('disk b');
    expect(files.stat('/gone/index.ts')).toBeUndefined();
  });

  it('exists although its files are gone from the disk', () => {
    const { files } = diskOf({});
    files.pin(
      '/gone/a',
      new Map([['/gone/a/index.ts', 'old']]),
      new Map([['/gone/a/index.ts', undefined]]),
    );
    expect(files.realPath('/gone/a/index.ts')).toBe('/gone/a/index.ts');
    expect(files.read('/gone/a/index.ts', 100).text).toBe('old');
  });

  it('is seen by its own plugin alone, where another one shares a file with it', () => {
    const { files } = pinned();
    const [own, other] = [files.seenFrom('/p/a'), files.seenFrom('/p/b')];
    expect(own.read(SHARED, 100).text).toBe('old shared');
    expect(other.read(SHARED, 100).text).toBe('new shared');
    expect(own.stat(SHARED)?.sizeBytes).toBe('old shared'.length);
    expect(other.stat(SHARED)?.identity).toBe('disk new shared');
    expect([own.isOnDisk?.(SHARED), other.isOnDisk?.(SHARED)]).toEqual([false, true]);
    expect([own.realPath('/link/b/index.ts'), own.readLink?.('/link'), own.list('/p')]).toEqual([
      B,
      '/p',
      ['/p', 'index.ts'],
    ]);
    expect([own.stampsDirectories, other.stampsDirectories]).toEqual([false, false]);
    files.release();
    expect([own.stampsDirectories, own.read(SHARED, 100).text]).toEqual([true, 'new shared']);
  });

  it('ends as a whole when one of the files that it hides is written, and not when another one is', () => {
    const { files, texts } = pinned();
    texts[B] = 'b 2';
    expect(files.read(A, 100).text).toBe('öld');
    texts[SHARED] = 'edited';
    expect(files.read(A, 100).text).toBe('new');
    expect(files.read(SHARED, 100).text).toBe('edited');
    expect(files.stampsDirectories).toBe(true);
  });

  it('gives way to an older pin of the same files when it ends', () => {
    const { files, identities, texts } = pinned();
    files.pin('/p/a', new Map([[A, 'newest pin']]), identities(A, B));
    expect(files.read(A, 100).text).toBe('newest pin');
    texts[B] = 'edited';
    expect(files.read(A, 100).text).toBe('öld');
  });

  it('ends when it is released', () => {
    const { files } = pinned();
    files.release();
    expect([files.read(A, 100).text, files.stampsDirectories]).toEqual(['new', true]);
  });
});
