import { isRight } from 'fp-ts/lib/Either.js';
import type { RunObserver } from '../observe/RunObserver.js';
import { importedPart, type PluginContent, type PluginProgram } from '../plugin/PluginProgram.js';
import { contentOf } from '../plugin/simulatedPlugin.js';
import type { ServingCheck } from './checkServing.js';
import type { CheckContext } from './shared/CheckContext.js';

/** What is known of the ways back of a plugin. Each state is held as its JSON text. */
interface WaysBack {
  /** What its files hold. Where the program imports its part, another part makes it another version. */
  onDisk: PluginContent;
  /** Id of the program that was taken back while its files were these. Undefined: nothing was, or the files have changed since. */
  takenBack: number | undefined;
  /** Whether an order to go to a version, or to restart one, is under way. */
  isOrdered: boolean;
  /** The newest acknowledged state; undefined: there is none, or nobody knows which one is left after a record was damaged. */
  acknowledged: string | undefined;
  /** States whose save was tried since then. */
  tried: Set<string>;
  /** The state that a version was given last, and what the newest acknowledged one was then. Undefined after the end of the swap. */
  given: { readonly text: string; readonly newest: string | undefined } | undefined;
  isLossTold: boolean;
  /** The state of a version that was gone back to, until it is the newest one. */
  mustAdopt: string | undefined;
}

/**
 * Invariants of the ways back to an earlier version.
 *
 * - 21: a version that was taken back does not return by itself; the state that came with the earlier version is the newest one from then on
 * - 31: `StateLost` is told whenever acknowledged state stays behind
 */
export function checkWaysBack(
  { setup, report }: CheckContext,
  { programOf, runs }: Pick<ServingCheck, 'programOf' | 'runs'>,
): RunObserver {
  const byPlugin = new Map<string, WaysBack>(setup.plugins.map((plugin) => [plugin, noWaysBack()]));

  const onEdit = (plugin: string, program: PluginProgram | undefined) => {
    const ways = byPlugin.get(plugin);
    if (ways === undefined) return;
    ways.onDisk = { ...ways.onDisk, program };
    ways.takenBack = undefined;
  };
  const onPart = (
    plugin: string,
    written: Partial<Pick<PluginContent, 'part' | 'linked' | 'nearer'>>,
  ) => {
    const ways = byPlugin.get(plugin);
    if (ways === undefined) return;
    const before = importedPart(ways.onDisk);
    ways.onDisk = { ...ways.onDisk, ...written };
    if (importedPart(ways.onDisk) !== before) ways.takenBack = undefined;
  };
  const endSwap = (plugin: string, ways: WaysBack, isBack: boolean) => {
    const { given, isLossTold, acknowledged, tried } = ways;
    ways.given = undefined;
    if (given === undefined) return;
    const isLeftBehind = given.newest !== undefined && given.text !== given.newest;
    if (isLeftBehind && !tried.has(given.text) && !isLossTold) {
      report.violated(
        31,
        `${plugin} was given the state ${given.text}; ${given.newest} was acknowledged, and no StateLost was told`,
      );
    }
    if (isLossTold) report.count('StateLost');
    // A state whose save was tried may be on the disk already.
    const isKnown = acknowledged !== undefined;
    const isOlder = isKnown && acknowledged !== given.text && !tried.has(given.text);
    if (isOlder && (isBack || isLossTold)) ways.mustAdopt = given.text;
  };
  const requireAdopted = (plugin: string, ways: WaysBack) => {
    if (ways.mustAdopt === undefined) return;
    report.violated(
      21,
      `${plugin} went back with the state ${ways.mustAdopt}, but the newest one that is saved is ${ways.acknowledged}`,
    );
    ways.mustAdopt = undefined;
  };
  const onRolledBack = (plugin: string, ways: WaysBack, from: number, to: number) => {
    // The files may be newer than what was taken back, or those of a version that was taken back before.
    if (runs(plugin, from, ways.onDisk)) ways.takenBack = programOf(plugin, from);
    if (programOf(plugin, to) === ways.takenBack) ways.takenBack = undefined;
    endSwap(plugin, ways, true);
  };

  return {
    pipelineSubscribed: () => {
      for (const ways of byPlugin.values()) {
        ways.takenBack = ways.given = ways.mustAdopt = undefined;
        ways.isOrdered = false;
      }
    },
    programWritten: onEdit,
    partWritten: (plugin, part) => onPart(plugin, { part }),
    linkedWritten: (plugin, linked) => onPart(plugin, { linked }),
    nearerWritten: (plugin, nearer) => onPart(plugin, { nearer }),
    folderRemoved: (plugin) => onEdit(plugin, undefined),
    saveStarted: ({ plugin, state }) => byPlugin.get(plugin)?.tried.add(contentOf(state)),
    saveEnded: ({ plugin, state }, result) => {
      const ways = byPlugin.get(plugin);
      if (ways === undefined) return;
      if (isRight(result)) {
        ways.acknowledged = contentOf(state);
        ways.tried.clear();
      }
      // A state that cannot be saved is told by `onError`.
      if (!isRight(result) || ways.acknowledged === ways.mustAdopt) ways.mustAdopt = undefined;
    },
    // The damage is reported, and what was acknowledged before is the newest again.
    recordDamaged: (plugin) => {
      const ways = byPlugin.get(plugin);
      if (ways) ways.acknowledged = undefined;
    },
    instanceEvaluated: ({ plugin, program }) => {
      const ways = byPlugin.get(plugin);
      if (ways?.takenBack !== program.id || ways.isOrdered) return;
      report.violated(21, `${plugin}: content ${program.id} was taken back, but is tried again`);
    },
    stateRestored: ({ plugin }, text) => {
      const ways = byPlugin.get(plugin);
      if (ways === undefined) return;
      ways.given = { text, newest: ways.acknowledged };
      ways.isLossTold = false;
    },
    rollbackStarted: (plugin) => {
      const ways = byPlugin.get(plugin);
      if (ways) ways.isOrdered = true;
    },
    rollbackEnded: (plugin, _, version) => {
      const ways = byPlugin.get(plugin);
      if (ways === undefined) return;
      ways.isOrdered = false;
      // A way forward is told by no event.
      if (version !== undefined && programOf(plugin, version) === ways.takenBack) {
        ways.takenBack = undefined;
      }
      if (version !== undefined) requireAdopted(plugin, ways);
    },
    restartStarted: (plugin) => {
      const ways = byPlugin.get(plugin);
      if (ways) ways.isOrdered = true;
    },
    restartEnded: (plugin) => {
      const ways = byPlugin.get(plugin);
      if (ways) ways.isOrdered = false;
    },
    eventEmitted: (event) => {
      const ways = byPlugin.get(event.plugin);
      if (ways === undefined) return;
      if (event._tag === 'StateLost') ways.isLossTold = true;
      if (event._tag === 'ReloadFailed') ways.given = undefined;
      if (event._tag === 'Reloaded' || event._tag === 'Loaded') endSwap(event.plugin, ways, false);
      if (event._tag === 'RolledBack') onRolledBack(event.plugin, ways, event.from, event.to);
    },
    quietReached: () => {
      for (const [plugin, ways] of byPlugin) requireAdopted(plugin, ways);
    },
  };
}

function noWaysBack(): WaysBack {
  return {
    onDisk: { program: undefined, part: undefined, linked: undefined },
    takenBack: undefined,
    isOrdered: false,
    acknowledged: undefined,
    tried: new Set(),
    given: undefined,
    isLossTold: false,
    mustAdopt: undefined,
  };
}
