import { isRight } from 'fp-ts/lib/Either.js';
import type { UnsavedState } from '../../../model/reload/StateStore.js';
import type { RunObserver } from '../observe/RunObserver.js';
import { GENERATIONS_COUNT } from '../setup/Setup.js';
import type { CheckContext } from './CheckContext.js';

/** How many saves are remembered: more than the store keeps. */
const REMEMBERED_COUNT = 2 * GENERATIONS_COUNT;

/** What is known of a plugin's state. Each state is held as its JSON text. */
interface States {
  /** Acknowledged saves, oldest first. */
  acknowledged: readonly { readonly seq: number; readonly text: string }[];
  /** States whose save was tried since then: they may be on the disk. */
  tried: Set<string>;
  /** States of the latest saves, whether the saves succeeded or not. */
  latest: readonly string[];
  /** Whether this host has acknowledged a save. */
  isKnown: boolean;
  /** Acknowledged saves since the attempt began. */
  savesInAttempt: number;
  /** Whether a person ordered a version together with the state that was saved under it. */
  isReplacing: boolean;
  /** The newest acknowledged state that was saved while each version served, by version. */
  byVersion: Map<number, string>;
  /** The state that the rollback restored. */
  rolledBackTo: string | undefined;
  /** The state that was saved under the version that was ordered. */
  expected: string | undefined;
}

/**
 * Invariants of states on their way from version to version.
 *
 * - 16: the state is saved before a new version serves
 * - 17: the newest acknowledged state is restored
 * - 18: the same after a crash, except that a newer state whose save was tried may have survived
 * - 21: a rollback restores the state that was saved when its version was replaced
 */
export function checkStates({ setup, report, servingOf }: CheckContext): RunObserver {
  const byPlugin = new Map<string, States>(
    setup.plugins.map((plugin) => [
      plugin,
      {
        acknowledged: [],
        tried: new Set(),
        latest: [],
        isKnown: false,
        savesInAttempt: 0,
        isReplacing: false,
        byVersion: new Map(),
        rolledBackTo: undefined,
        expected: undefined,
      },
    ]),
  );

  /** The version that served when each save began. */
  const servedAtSave = new WeakMap<UnsavedState, number>();

  const checkRestored = (plugin: string, states: States, text: string) => {
    const newest = states.acknowledged.at(-1)?.text;
    if (text === newest || states.tried.has(text)) return;
    const expected = newest === undefined ? 'no save was acknowledged' : `the newest is ${newest}`;
    report.violated(states.isKnown ? 17 : 18, `${plugin} was given the state ${text}, ${expected}`);
  };
  const checkRollback = (plugin: string, states: States, to: number) => {
    const { expected, rolledBackTo: restored } = states;
    if (expected === undefined || restored === undefined || restored === expected) return;
    report.violated(
      21,
      `${plugin}: version ${to} is back with the state ${restored}, it was replaced with ${expected}`,
    );
  };

  return {
    pipelineSubscribed: () => {
      for (const states of byPlugin.values()) {
        states.isKnown = false;
        states.savesInAttempt = 0;
        states.isReplacing = false;
        states.byVersion.clear();
      }
    },
    saveStarted: (record) => {
      const { plugin, state } = record;
      servedAtSave.set(record, servingOf(plugin));
      const states = byPlugin.get(plugin);
      if (states === undefined) return;
      const text = JSON.stringify(state);
      states.tried.add(text);
      states.latest = [...states.latest, text].slice(-REMEMBERED_COUNT);
    },
    stateAsked: ({ plugin, program }) => {
      const states = byPlugin.get(plugin);
      // It cannot give its state by its own fault, and is replaced all the same.
      if (states && (program.fault === 'saveThrows' || program.fault === 'saveHangs')) {
        states.savesInAttempt += 1;
      }
    },
    saveEnded: (record, result) => {
      const { plugin, state } = record;
      const states = byPlugin.get(plugin);
      if (states === undefined) return;
      if (!isRight(result)) {
        report.count('save failed');
        return;
      }
      const saved = { seq: result.right.seq, text: JSON.stringify(state) };
      states.acknowledged = [...states.acknowledged, saved].slice(-REMEMBERED_COUNT);
      states.tried.clear();
      states.isKnown = true;
      states.savesInAttempt += 1;
      states.byVersion.set(servedAtSave.get(record) ?? 0, saved.text);
    },
    recordDamaged: (plugin, seq) => {
      const states = byPlugin.get(plugin);
      if (states === undefined) return;
      states.acknowledged = states.acknowledged.filter((record) => record.seq < seq);
      // A save that failed late may have left a whole record, which now is the newest one.
      for (const text of states.latest) states.tried.add(text);
    },
    eventEmitted: (event) => {
      const states = byPlugin.get(event.plugin);
      if (states === undefined) return;
      if (event._tag === 'ReloadStarted') states.savesInAttempt = 0;
      if (event._tag === 'Reloaded' && states.savesInAttempt === 0) {
        report.violated(
          16,
          `${event.plugin}: version ${event.to} serves, but the state of ${event.from} was not saved`,
        );
      }
    },
    stateRestored: ({ plugin }, text) => {
      const states = byPlugin.get(plugin);
      if (states === undefined) return;
      report.count('state restored');
      if (states.isReplacing) states.rolledBackTo = text;
      else checkRestored(plugin, states, text);
      const isUnacknowledged = states.tried.has(text) && states.acknowledged.at(-1)?.text !== text;
      if (!states.isKnown && isUnacknowledged) report.count('unacknowledged state survived');
    },
    rollbackStarted: (plugin, { by, to }) => {
      const states = byPlugin.get(plugin);
      if (states === undefined) return;
      states.isReplacing = by === 'replace';
      states.rolledBackTo = undefined;
      states.expected = to === undefined ? undefined : states.byVersion.get(to);
    },
    rollbackEnded: (plugin, _, version) => {
      const states = byPlugin.get(plugin);
      if (states === undefined) return;
      if (version !== undefined && states.isReplacing) checkRollback(plugin, states, version);
      states.isReplacing = false;
    },
  };
}
