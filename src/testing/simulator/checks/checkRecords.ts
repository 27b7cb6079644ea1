import { isRight } from 'fp-ts/lib/Either.js';
import type { RunObserver } from '../observe/RunObserver.js';
import { GENERATIONS_COUNT, STATE_DIR } from '../setup/Setup.js';
import type { CheckContext } from './shared/CheckContext.js';

/** Formats above the first one: of each, the store keeps the newest record, for the way back. */
const NEWER_FORMATS_COUNT = 2;

/**
 * Invariants of the records on the state disk.
 *
 * - 18: an acknowledged record survives a loss of power
 * - 19: a damaged record is reported and set aside
 * - 20: nothing writes to `Object.prototype`
 * - 22: no temporary file is left
 * - 24: old records are removed
 */
export function checkRecords({
  setup,
  report,
  stateFileNames,
  isDurable,
}: CheckContext & {
  readonly stateFileNames: () => readonly string[];
  /** Whether a file would survive a loss of power at this moment. */
  readonly isDurable: (path: string) => boolean;
}): RunObserver {
  /** Damaged records that the store has not read yet, by plugin. */
  const damaged = new Map<string, string>();
  /** Where damaged records were set aside, as the store reported it. */
  const reported = new Set<string>();
  /** Plugins whose state this host has saved: by then the store has read each of their records. */
  const saved = new Set<string>();
  /** Saves of this host that have not ended: each may have its temporary file. */
  let openSaves = 0;

  const checkDamaged = (path: string) => {
    const aside = `${path}.corrupt`;
    if (!stateFileNames().includes(aside.slice(STATE_DIR.length + 1))) {
      report.violated(19, `${path} was damaged, but is not set aside`);
    } else if (!reported.has(aside)) {
      report.violated(19, `${path} was damaged, but was not reported`);
    }
  };
  const checkCount = (plugin: string, names: readonly string[]) => {
    const records = names.filter(
      (name) => name.startsWith(`${plugin}.`) && name.endsWith('.state'),
    );
    // One is being written; each failed call of the disk and each crash may leave another one.
    const errorCount = report.coverage['disk error'] ?? 0;
    const crashCount = report.coverage['act crash'] ?? 0;
    const maxCount = GENERATIONS_COUNT + 1 + NEWER_FORMATS_COUNT + errorCount + crashCount;
    if (records.length > maxCount) {
      report.violated(24, `${plugin}: ${records.length} records are kept, at most ${maxCount} may`);
    }
  };

  return {
    pipelineSubscribed: () => {
      saved.clear();
      openSaves = 0;
    },
    saveStarted: () => {
      openSaves += 1;
    },
    saveEnded: ({ plugin }, result) => {
      openSaves -= 1;
      if (!isRight(result)) return;
      saved.add(plugin);
      const { seq } = result.right;
      if (isDurable(`${STATE_DIR}/${plugin}.${seq}.state`)) return;
      report.violated(
        18,
        `${plugin}: record ${seq} was acknowledged, but would not survive a loss of power`,
      );
    },
    recordDamaged: (plugin, _, path) => {
      report.count('record damaged');
      damaged.set(plugin, path);
    },
    damageReported: (path) => {
      reported.add(path);
      report.count('damaged record reported');
    },
    quietReached: () => {
      const names = stateFileNames();
      for (const plugin of setup.plugins) {
        checkCount(plugin, names);
        const path = damaged.get(plugin);
        if (path === undefined || !saved.has(plugin)) continue;
        damaged.delete(plugin);
        checkDamaged(path);
      }
      const temporary = names.find((name) => name.endsWith('.tmp'));
      // A failed call of the disk may leave one. A reload that was given up late may still save what it takes back.
      const isFailing = openSaves > 0 || (report.coverage['disk error'] ?? 0) > 0;
      // What a host that was killed has left goes with the first save of the next one.
      const mayBe = isFailing || saved.size === 0;
      if (temporary !== undefined && !mayBe) {
        report.violated(22, `the temporary file ${STATE_DIR}/${temporary} is left`);
      }
      if (Object.keys(Object.prototype).length > 0) {
        report.violated(20, 'Object.prototype was written to');
      }
    },
  };
}
