import { isRight } from 'fp-ts/lib/Either.js';
import { GENERATIONS_COUNT, STATE_DIR } from '../setup/Setup.js';
import type { Witness } from '../witness/Witness.js';
import type { CheckParts } from './CheckParts.js';

interface Kept {
  /** Acknowledged states, oldest first. */
  acked: { readonly seq: number; readonly text: string }[];
  /** What was tried since the newest of them, and may be on the disk. */
  tried: Set<string>;
  /** The texts of the latest saves, whatever became of them. */
  latest: readonly string[];
  /** Whether a state was acknowledged by, or loaded into, this host. */
  isKnown: boolean;
  savesInAttempt: number;
  isRollingBack: boolean;
  /** The state that was saved when a version was replaced. */
  pairs: Map<number, string>;
  restoredBack: string | undefined;
}

export interface StatesParts extends CheckParts {
  /** Names in the state directory, and bytes. */
  readonly records: () => readonly string[];
  readonly isCorruptKept: (path: string) => boolean;
  readonly isDurable: (path: string) => boolean;
}

/** 16 saved before commit, 17 the newest is restored, 18 also after a crash, 19 what rots is told and kept, 20, 21, 22, 24. */
export function checkStates({
  setup,
  findings,
  records,
  isCorruptKept,
  isDurable,
}: StatesParts): Witness {
  const all = new Map<string, Kept>(
    setup.plugins.map((plugin) => [
      plugin,
      {
        ...{ acked: [], tried: new Set(), latest: [], isKnown: false, savesInAttempt: 0 },
        ...{ isRollingBack: false, pairs: new Map(), restoredBack: undefined },
      },
    ]),
  );
  const rotten = new Map<string, string>();
  const told = new Set<string>();
  const versions = new Map<string, number>();
  const expectText = (plugin: string, kept: Kept, text: string) => {
    const newest = kept.acked.at(-1)?.text;
    if (text === newest || kept.tried.has(text)) return;
    const what =
      newest === undefined
        ? 'nothing that was acknowledged'
        : `not the newest acknowledged, ${newest}`;
    findings.report(kept.isKnown ? 17 : 18, `${plugin} was given ${text}, ${what}`);
  };
  const checkRollback = (plugin: string, kept: Kept, to: number) => {
    const pair = kept.pairs.get(to);
    if (pair !== undefined && kept.restoredBack !== undefined && kept.restoredBack !== pair) {
      findings.report(
        21,
        `${plugin}: version ${to} is back with ${kept.restoredBack}, it was replaced with ${pair}`,
      );
    }
  };
  return {
    subscribed: () => {
      for (const kept of all.values()) {
        Object.assign(kept, { isKnown: false, savesInAttempt: 0, isRollingBack: false });
        kept.pairs.clear();
      }
      versions.clear();
    },
    saveBegun: ({ plugin, state }) => {
      const kept = all.get(plugin);
      if (kept === undefined) return;
      const text = JSON.stringify(state);
      kept.tried.add(text);
      kept.latest = [...kept.latest, text].slice(-2 * GENERATIONS_COUNT);
    },
    saveEnded: ({ plugin, state }, result) => {
      const kept = all.get(plugin);
      if (kept === undefined) return;
      if (!isRight(result)) {
        findings.count('save failed');
        return;
      }
      const { seq } = result.right;
      if (!isDurable(`${STATE_DIR}/${plugin}.${seq}.state`)) {
        findings.report(
          18,
          `${plugin}: record ${seq} was acknowledged, and a loss of power would take it`,
        );
      }
      const text = JSON.stringify(state);
      kept.acked = [...kept.acked, { seq, text }].slice(-2 * GENERATIONS_COUNT);
      kept.tried.clear();
      kept.isKnown = true;
      kept.savesInAttempt += 1;
    },
    rotted: (plugin, seq, path) => {
      findings.count('record rotted');
      rotten.set(plugin, path);
      const kept = all.get(plugin);
      if (kept === undefined) return;
      kept.acked = kept.acked.filter((record) => record.seq < seq);
      // Of a save that failed late, a whole record may be on the disk, and is now the newest that is whole.
      for (const text of kept.latest) kept.tried.add(text);
    },
    corruptTold: (path) => {
      told.add(path);
      findings.count('corrupt record told');
    },
    event: (event) => {
      const kept = all.get(event.plugin);
      if (kept === undefined) return;
      if (event._tag === 'ReloadStarted') kept.savesInAttempt = 0;
      if (event._tag === 'Reloaded' && kept.savesInAttempt === 0) {
        findings.report(
          16,
          `${event.plugin}: version ${event.to} serves, and the state of ${event.from} was not saved`,
        );
      }
    },
    restored: ({ plugin }, text) => {
      const kept = all.get(plugin);
      if (kept === undefined) return;
      findings.count('state restored');
      if (kept.isRollingBack) kept.restoredBack = text;
      else expectText(plugin, kept, text);
      if (!kept.isKnown) {
        // A state that was tried and survived is the newest from now on.
        const isTried = kept.tried.has(text) && kept.acked.at(-1)?.text !== text;
        if (isTried) findings.count('unacknowledged state survived');
      }
    },
    rolledBack: (plugin, to, isDone) => {
      const kept = all.get(plugin);
      if (kept === undefined) return;
      if (isDone) checkRollback(plugin, kept, to);
      const isBegin = !kept.isRollingBack && !isDone;
      Object.assign(kept, { isRollingBack: isBegin, ...(isBegin && { restoredBack: undefined }) });
    },
    stepped: (serving) => {
      for (const [plugin, kept] of all) {
        const version = serving.get(plugin) ?? 0;
        const before = versions.get(plugin) ?? 0;
        if (version === before) continue;
        versions.set(plugin, version);
        const text = kept.acked.at(-1)?.text;
        if (before > 0 && version > 0 && text !== undefined && !kept.isRollingBack)
          kept.pairs.set(before, text);
      }
    },
    quiet: () => {
      const names = records();
      for (const [plugin, kept] of all) {
        const count = names.filter(
          (name) => name.startsWith(`${plugin}.`) && name.endsWith('.state'),
        ).length;
        const errors = findings.coverage['disk error'] ?? 0;
        const crashes = findings.coverage['act crash'] ?? 0;
        if (count > GENERATIONS_COUNT + 1 + errors + crashes)
          findings.report(24, `${plugin}: ${count} records are kept`);
        const path = rotten.get(plugin);
        if (path === undefined || !kept.isKnown) continue;
        rotten.delete(plugin);
        if (!isCorruptKept(path)) findings.report(19, `${path} was damaged, and is not kept aside`);
        else if (!told.has(`${path}.corrupt`))
          findings.report(19, `${path} was damaged, and nobody was told`);
      }
      const temporary = names.find((name) => name.endsWith('.tmp'));
      if (temporary !== undefined && (findings.coverage['disk error'] ?? 0) === 0) {
        findings.report(22, `${STATE_DIR}/${temporary} is left`);
      }
      if (Object.keys(Object.prototype).length > 0)
        findings.report(20, 'Object.prototype was written to');
    },
  };
}
