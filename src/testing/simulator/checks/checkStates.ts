import { isRight } from 'fp-ts/lib/Either.js';
import type { UnsavedState } from '../../../model/reload/StateStore.js';
import { isOwnFault } from '../../../model/reload/stateFailures.js';
import type { RunObserver } from '../observe/RunObserver.js';
import { canMigrate, formatOf, type PluginProgram } from '../plugin/PluginProgram.js';
import { contentOf, type PluginInstance, REFUSAL } from '../plugin/simulatedPlugin.js';
import { noStates, REMEMBERED_COUNT, type States } from './States.js';
import type { CheckContext } from './shared/CheckContext.js';
import type { Threads } from './shared/Threads.js';

/** The formats that programs have. */
const FORMATS = [1, 2, 3];

/**
 * Invariants of states on their way from version to version.
 *
 * - 16: the state is saved before a new version serves
 * - 17: the newest acknowledged state is restored
 * - 18: the same after a crash, except that a newer state whose save was tried may have survived
 * - 21: a rollback restores the state that was saved when its version was replaced
 */
export function checkStates(
  { setup, report, servingOf }: CheckContext,
  threads: Threads,
): RunObserver {
  const byPlugin = new Map<string, States>(setup.plugins.map((plugin) => [plugin, noStates()]));

  /** The version that served when each save began. */
  const servedAtSave = new WeakMap<UnsavedState, number>();

  /** Instances that were given a state. */
  const given = new WeakSet<PluginInstance>();
  /** Plugins that were told to have lost state, since a restart began. */
  const lost = new Set<string>();
  /** Plugins that a person restarts. */
  const restarting = new Set<string>();
  /** Instances of this host that were started, by plugin and version. */
  const started = new Map<string, PluginInstance>();
  /** Whether somebody brings a state of this format to that of a program: itself, or the version that serves. */
  const hasWay = (plugin: string, program: PluginProgram, format: number): boolean => {
    const to = formatOf(program);
    if (format <= to) return true;
    // A version whose thread is dead brings nothing anywhere.
    const isDead = threads.isDead(plugin);
    const serving = isDead ? undefined : started.get(`${plugin} ${servingOf(plugin)}`)?.program;
    const servingHas =
      serving !== undefined && formatOf(serving) >= format && canMigrate(serving, format, to);
    return servingHas || canMigrate(program, format, to);
  };
  const checkRestored = (instance: PluginInstance, states: States, text: string) => {
    const { plugin, program } = instance;
    const last = states.acknowledged.at(-1);
    const newest = last?.text;
    if (text === newest || states.tried.has(text)) return;
    // It refused the newest one before, and does not go live.
    if (program.fault === 'restoreThrows') return;
    // Then an older state is taken over, and `StateLost` is told.
    if (last !== undefined && !hasWay(plugin, program, last.format)) {
      report.count('no way to the format');
      if (states.byFormat.get(formatOf(program))?.has(text)) return;
    }
    const expected = newest === undefined ? 'no save was acknowledged' : `the newest is ${newest}`;
    report.violated(states.isKnown ? 17 : 18, `${plugin} was given the state ${text}, ${expected}`);
  };
  /** What was started again without an order, because it died or its successor failed. */
  const requireGiven = (plugin: string, states: States) => {
    const instance = threads.instanceOf(plugin);
    report.count('started again');
    if (instance === undefined || !states.isKnown || lost.has(plugin)) return;
    if (states.acknowledged.length === 0 || given.has(instance)) return;
    report.violated(48, `${plugin} was started again without the state that was saved`);
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
      started.clear();
      restarting.clear();
      for (const states of byPlugin.values()) {
        states.isKnown = false;
        states.savesInAttempt = 0;
        states.isReplacing = false;
        states.byVersion.clear();
      }
    },
    failureReported: (error) => {
      const states = 'plugin' in error ? byPlugin.get(error.plugin) : undefined;
      if (states && isOwnFault(error)) states.isNotGivenTold = true;
    },
    saveStarted: (record) => {
      const { plugin, state } = record;
      servedAtSave.set(record, servingOf(plugin));
      const states = byPlugin.get(plugin);
      if (states === undefined) return;
      const text = contentOf(state);
      // Also when the save fails: its record may be on the disk all the same.
      for (const format of FORMATS.filter((each) => each >= record.schema)) {
        const known = states.byFormat.get(format) ?? new Set<string>();
        states.byFormat.set(format, known.add(text));
      }
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
      const saved = { seq: result.right.seq, text: contentOf(state), format: record.schema };
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
      if (event._tag === 'StateLost') lost.add(event.plugin);
      if (event._tag === 'ReloadStarted') {
        states.savesInAttempt = 0;
        states.isNotGivenTold = false;
        if (event.cause === 'restart') lost.delete(event.plugin);
      }
      if (event._tag === 'ReloadFailed' && event.error._tag === 'StateRejected') {
        const isRefused = event.error.message.includes(REFUSAL);
        if (event.stillServing === null && !isRefused) {
          report.violated(31, `${event.plugin} does not serve: ${event.error.message}`);
        }
      }
      if (event._tag === 'Restarted' && !restarting.has(event.plugin))
        requireGiven(event.plugin, states);
      if (event._tag !== 'Reloaded' || states.savesInAttempt > 0) return;
      // A thread that is dead cannot give its state, nor one that did not answer in time or has died of that before: the host is told.
      const { plugin, from } = event;
      if (threads.isDead(plugin, from) || states.isNotGivenTold) {
        report.count('replaced without its state, by its thread');
      } else {
        report.violated(
          16,
          `${event.plugin}: version ${event.to} serves, but the state of ${event.from} was not saved`,
        );
      }
    },
    instanceStarted: (instance) => {
      started.set(`${instance.plugin} ${instance.version}`, instance);
    },
    stateRestored: (instance, text, format) => {
      const { plugin, program } = instance;
      given.add(instance);
      if (format > formatOf(program)) {
        report.violated(
          31,
          `${plugin} has format ${formatOf(program)}, and was given a state of format ${format}`,
        );
      }
      const states = byPlugin.get(plugin);
      if (states === undefined) return;
      report.count('state restored');
      if (states.isReplacing) states.rolledBackTo = text;
      else checkRestored(instance, states, text);
      const isUnacknowledged = states.tried.has(text) && states.acknowledged.at(-1)?.text !== text;
      if (!states.isKnown && isUnacknowledged) report.count('unacknowledged state survived');
    },
    restartStarted: (plugin) => {
      lost.delete(plugin);
      restarting.add(plugin);
    },
    restartEnded: (plugin, isRestarted) => {
      restarting.delete(plugin);
      const instance = started.get(`${plugin} ${servingOf(plugin)}`);
      const states = byPlugin.get(plugin);
      if (!isRestarted || instance === undefined || states?.isKnown !== true) return;
      if (states.acknowledged.length === 0 || given.has(instance) || lost.has(plugin)) return;
      report.violated(17, `${plugin} was restarted without the state that was saved`);
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
