import { CompiledPacks, type PackSettings } from '../../../src/modules/cache/CompiledPacks.js';
import type { StoredModule } from '../../../src/modules/cache/StoredModule.js';
import type { PackFiles } from '../../../src/modules/files/PackFiles.js';

const DIRECTORY = '/cache';

/** Files in memory. `failsAfter`: the system stops taking bytes after so many; `isKilled`: nothing at all happens after that. */
export function memoryFiles(
  disk = new Map<string, Buffer>(),
  limit: { failsAfter?: number; isKilled?: boolean } = {},
) {
  const open: string[] = [];
  let writtenCount = 0;
  let nameCount = disk.size;
  let isDead = false;
  const act = <A>(work: () => A): A => {
    if (isDead) throw new Error('the process is gone');
    return work();
  };
  const files: PackFiles = {
    refusal: () => undefined,
    list: () =>
      [...disk].map(([path, bytes]) => ({
        name: path.slice(DIRECTORY.length + 1),
        sizeBytes: bytes.length,
        ageMs: 0,
      })),
    open: (path) => {
      const bytes = disk.get(path);
      return bytes && { file: open.push(path) - 1, sizeBytes: bytes.length };
    },
    read: (file, offset, length) => {
      const bytes = disk.get(open[file] ?? '')?.subarray(offset, offset + length);
      if (bytes?.length !== length) throw new Error('too short');
      return Buffer.from(bytes);
    },
    create: (path) =>
      act(() => {
        disk.set(path, Buffer.alloc(0));
        return open.push(path) - 1;
      }),
    write: (file, bytes) =>
      act(() => {
        const path = open[file] ?? '';
        const room = (limit.failsAfter ?? Infinity) - writtenCount;
        const taken = bytes.subarray(0, Math.max(0, room));
        writtenCount += taken.length;
        disk.set(path, Buffer.concat([disk.get(path) ?? Buffer.alloc(0), taken]));
        if (taken.length === bytes.length) return;
        isDead = limit.isKilled === true;
        throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      }),
    close: () => undefined,
    rename: (from, to) =>
      act(() => {
        const bytes = disk.get(from);
        disk.delete(from);
        if (bytes) disk.set(to, bytes);
      }),
    remove: (path) => act(() => disk.delete(path)),
    newName: () => String((nameCount += 1)).padStart(8, '0'),
    rest: () => Promise.resolve(),
    nextTurn: () => Promise.resolve(),
  };
  return { disk, files };
}

export type Disk = Map<string, Buffer>;

export const ENVIRONMENT = 'ab'.repeat(32);

export function packsOn(
  files: PackFiles,
  settings: Partial<PackSettings> = {},
): { readonly packs: CompiledPacks; readonly told: string[] } {
  const told: string[] = [];
  const packs = new CompiledPacks({
    ...{ directory: DIRECTORY, maxBytes: 1024 * 1024, environment: ENVIRONMENT, files },
    report: (path, reason) => told.push(`${path} ${reason}`),
    ...settings,
  });
  return { packs, told };
}

export function keyOf(n: number): string {
  return n.toString(16).padStart(64, '0');
}

/** Two modules with all that can be kept, of equal size for equal digits. */
export function sampleModule(n: number): StoredModule {
  const text = {
    ...{ code: `run(${n}) // é`, headLength: n, imports: ['./a.js'], dynamicImports: [] },
    data: Buffer.from([n % 256, 2, 3]),
  };
  const lists = { names: ['a'], reexports: [], requires: ['./b.cjs'] };
  const outline = {
    ...{ requests: [{ specifier: './a.js' }], imports: [], ownExports: [], passedExports: [] },
    ...{ starExports: [], isAsync: false },
  };
  return n % 2 === 0
    ? { ...text, kind: 'script', parameters: ['s', 'i'], outline }
    : { ...text, ...lists, kind: 'commonjs', importName: 'mport', convertName: 'conv', maps: [] };
}

/** Writes modules as one pack. */
export async function writePack(
  files: PackFiles,
  numbers: readonly number[],
  settings: Partial<PackSettings> = {},
): Promise<readonly string[]> {
  const { packs, told } = packsOn(files, settings);
  for (const n of numbers) packs.put(keyOf(n), () => sampleModule(n));
  await packs.flush();
  packs.close();
  return told;
}
