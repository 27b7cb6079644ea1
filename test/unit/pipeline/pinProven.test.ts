import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FileStamp, PluginFiles } from '../../../src/modules/files/PluginFiles.js';
import { LedgerKeeper } from '../../../src/pipeline/trials/LedgerKeeper.js';
import { PinnedFiles } from '../../../src/pipeline/trials/PinnedFiles.js';
import { pinProven } from '../../../src/pipeline/trials/pinProven.js';
import { memoryStateStore } from '../../../src/state/index.js';
import type { VersionLedger } from '../../../src/state/ledger/VersionLedger.js';

const MANIFEST = '/p/a/plugin.toml';
const INDEX = '/p/a/index.ts';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hashes = (texts: Record<string, string>) =>
  Object.entries(texts).map(([path, text]) => ({ path, sha256: sha256(text) }));

/** A disk with these texts, whose reads are cut at the size that is asked for. */
function diskOf(texts: Record<string, string>): PluginFiles {
  const stat = (path: string): FileStamp | undefined => {
    const text = texts[path];
    if (text === undefined) return undefined;
    return { kind: 'file', sizeBytes: text.length, identity: `disk ${text}`, isSettled: true };
  };
  return {
    stat,
    read: (path, maxBytes) => {
      const stamp = stat(path);
      const text = texts[path];
      if (stamp === undefined || text === undefined) throw new Error('ENOENT');
      return { text: text.slice(0, maxBytes), before: stamp, after: stamp, sizeBytes: text.length };
    },
    realPath: (path) => path,
    list: () => [],
  };
}

/** A start with this disk and this ledger. The copy of version `old` is in the store. */
async function start(texts: Record<string, string>, ledger: Partial<VersionLedger>) {
  const store = memoryStateStore();
  const keeper = new LedgerKeeper(store, () => undefined);
  const files = new Map([
    [MANIFEST, 'old manifest'],
    [INDEX, 'old'],
  ]);
  await keeper.saveCopy({ plugin: 'a', fingerprint: 'old', files });
  const state = { confirmed: [], trials: [], suspects: [], ...ledger };
  await store.save({ plugin: 'versions.ledger', schema: 1, codeHash: '', state })();
  const pinned = new PinnedFiles(diskOf(texts));
  const replaced = await pinProven(keeper, pinned);
  return { replaced, pinned, read: (path: string) => pinned.read(path, 100).text };
}

const suspect = (texts: Record<string, string>) => ({
  ...{ plugin: 'a', fingerprint: 'new', crashes: 1 },
  files: hashes(texts),
});
const confirmed = [{ plugin: 'a', fingerprint: 'old' }];
const NEW = { [MANIFEST]: 'new manifest', [INDEX]: 'new' };

describe('at a start', () => {
  it('a suspect that is on disk is replaced by the proven version, and told', async () => {
    const suspects = [suspect(NEW)];
    const { replaced, read, pinned } = await start(NEW, { suspects, confirmed });
    expect(replaced).toEqual(suspects);
    expect([read(INDEX), read(MANIFEST)]).toEqual(['old', 'old manifest']);
    // It is that plugin's own: it is seen from its folder.
    expect(pinned.seenFrom('/p/a').read(INDEX, 100).text).toBe('old');
    expect(pinned.seenFrom('/p/b').read(INDEX, 100).text).toBe('new');
  });

  it('a byte order mark makes no other version of it', async () => {
    const suspects = [suspect(NEW)];
    const marked = { ...NEW, [INDEX]: '\uFEFFnew' };
    expect((await start(marked, { suspects, confirmed })).replaced).toEqual(suspects);
  });

  it.each<[string, Record<string, string>, Partial<VersionLedger>]>([
    ['is not on disk any more', { ...NEW, [INDEX]: 'edited' }, { confirmed }],
    ['has lost a file', { [MANIFEST]: 'new manifest' }, { confirmed }],
    ['has no proven version before it', NEW, {}],
    [
      'has a proven one of which no copy is kept',
      NEW,
      { confirmed: [{ plugin: 'a', fingerprint: 'x' }] },
    ],
  ])('a suspect is not replaced when it %s', async (_, texts, ledger) => {
    const { replaced, pinned } = await start(texts, { suspects: [suspect(NEW)], ...ledger });
    expect(replaced).toEqual([]);
    expect(pinned.stat(MANIFEST)?.identity).toBe('disk new manifest');
  });

  it('what a person took back is replaced by what they went back to, and that is not told as a suspect', async () => {
    const { plugin, fingerprint, files } = suspect(NEW);
    const takenBack = [{ plugin, fingerprint, files, to: 'old', reason: 'slow' }];
    const { replaced, read } = await start(NEW, { takenBack });
    expect([replaced, read(INDEX)]).toEqual([[], 'old']);
  });

  it('a file that only the proven version has is shown, until one is written at its place', async () => {
    const texts: Record<string, string> = { [MANIFEST]: 'new manifest' };
    const { read, pinned } = await start(texts, {
      suspects: [suspect({ [MANIFEST]: 'new manifest' })],
      confirmed,
    });
    expect(read(INDEX)).toBe('old');
    texts[INDEX] = 'edited';
    expect([read(INDEX), pinned.read(MANIFEST, 100).text]).toEqual(['edited', 'new manifest']);
  });
});
