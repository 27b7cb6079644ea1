import type { ReloadEvent } from '../../../model/reload/ReloadEvent.js';
import type { RunObserver } from '../observe/RunObserver.js';
import { isInRange, type PluginProgram } from '../plugin/PluginProgram.js';
import type { ServingCheck } from './checkServing.js';
import type { CheckContext } from './shared/CheckContext.js';
import type { Swaps } from './shared/Swaps.js';

/** What an attempt may have found of the other plugins. */
interface Seen {
  /** The programs that served when it began. */
  readonly atStart: ReadonlySet<PluginProgram>;
  /** Those that served at some time since. */
  readonly served: Set<PluginProgram>;
  /** Those that were on disk at some time since. */
  readonly written: Set<PluginProgram>;
}

/** What a refusal says that is due to other plugins. */
const OF_OTHERS = /needs "p\d+"|depends on itself|serves and needs/;

/**
 * Invariant 33, plugins that need each other.
 *
 * - a version only goes live beside versions that it fits
 * - when all is quiet, a plugin that was refused because of the others still has one of them in its way
 */
export function checkDependencies(
  { setup, report, servingOf }: CheckContext,
  { programOf }: Pick<ServingCheck, 'programOf'>,
  swaps: Swaps,
): RunObserver {
  /** By id: every program that was written. */
  const programs = new Map<number, PluginProgram>();
  /** The program in each plugin's folder; undefined: half of a save, or none. */
  const onDisk = new Map<string, PluginProgram | undefined>();
  /** The refusal that ended the last attempt of a plugin; of others, none. */
  const refusals = new Map<string, string>();
  /** Plugins whose files nobody has written under this host: where they are a suspect, a copy of the version before stands in for them. */
  const standIn = new Set<string>();
  /** What was seen of the other plugins since the attempt of a plugin began, by plugin. */
  const seen = new Map<string, Seen>();

  const serving = (plugin: string): PluginProgram | undefined =>
    programs.get(programOf(plugin, servingOf(plugin)) ?? 0);
  const servingNow = () => setup.plugins.flatMap((plugin) => serving(plugin) ?? []);
  const seenNow = (servingPrograms: readonly PluginProgram[]): Seen => ({
    atStart: new Set(servingPrograms),
    served: new Set(servingPrograms),
    written: new Set([...onDisk.values()].filter((program) => program !== undefined)),
  });
  const needsOf = ({ needs = {} }: PluginProgram) => Object.entries(needs);

  const isInCycle = (
    plugin: string,
    own: PluginProgram,
    find: (name: string) => PluginProgram | undefined,
  ): boolean => {
    const found = new Set<string>();
    const look = (program: PluginProgram | undefined): boolean =>
      Object.keys(program?.needs ?? {}).some((name) => {
        if (name === plugin) return true;
        if (found.has(name)) return false;
        found.add(name);
        return look(find(name));
      });
    return look(own);
  };
  const obstacle = (plugin: string, own: PluginProgram): string | undefined => {
    if (isInCycle(plugin, own, (name) => serving(name) ?? onDisk.get(name))) return 'a cycle';
    for (const [name, range] of needsOf(own)) {
      const other = serving(name);
      if (other === undefined || !isInRange(other, range)) return `${name} ${range}`;
    }
    for (const name of setup.plugins) {
      const range = serving(name)?.needs?.[plugin];
      if (name === plugin || range === undefined || isInRange(own, range)) continue;
      // Both were changed together: its own reload follows.
      const next = onDisk.get(name)?.needs?.[plugin];
      if (next === undefined || !isInRange(own, next)) return `${name}, which needs ${range}`;
    }
    return undefined;
  };
  const requireFitting = (plugin: string) => {
    const own = serving(plugin);
    const { atStart, served, written } = seen.get(plugin) ?? seenNow([]);
    if (own === undefined) return;
    const before = [...atStart].find((program) => ownerOf.get(program) === plugin);
    const maySwapStopFirst = own.stopsFirst === true || before?.stopsFirst === true;
    const others = [...served, ...servingNow()];
    for (const [name, range] of needsOf(own)) {
      report.count('went live with a dependency');
      const fits = others.some((other) => ownerOf.get(other) === name && isInRange(other, range));
      if (!fits) report.violated(33, `${plugin} serves, and needs ${name} ${range}`);
    }
    // With `stop-first` it has looked at the others before the version before it was stopped, and may not see who goes live later.
    const stayed = (name: string) => {
      const program = serving(name);
      if (program === undefined || !maySwapStopFirst) return program;
      return atStart.has(program) ? program : undefined;
    };
    if (isInCycle(plugin, own, stayed)) {
      report.violated(33, `${plugin} serves, and depends on itself`);
    }
    for (const name of setup.plugins) {
      const range = name === plugin ? undefined : stayed(name)?.needs?.[plugin];
      if (range === undefined || isInRange(own, range)) continue;
      const follows = [...written].some((program) => {
        const next = ownerOf.get(program) === name ? program.needs?.[plugin] : undefined;
        return next !== undefined && isInRange(own, next);
      });
      if (!follows) report.violated(33, `${plugin} serves, and ${name} needs ${range} of it`);
    }
  };
  /** Whose program it is. */
  const ownerOf = new Map<PluginProgram, string>();
  const onLive = (event: ReloadEvent) => {
    const program = serving(event.plugin);
    if (program === undefined) return;
    for (const { served } of seen.values()) served.add(program);
  };

  return {
    pipelineSubscribed: () => {
      refusals.clear();
      seen.clear();
      standIn.clear();
      if (setup.confirmAfterMs > 0) for (const plugin of setup.plugins) standIn.add(plugin);
      // Its first load is an attempt without a start.
      for (const plugin of setup.plugins) seen.set(plugin, seenNow([]));
    },
    programWritten: (plugin, program) => {
      onDisk.set(plugin, program);
      standIn.delete(plugin);
      if (program === undefined) return;
      programs.set(program.id, program);
      ownerOf.set(program, plugin);
      for (const { written } of seen.values()) written.add(program);
    },
    folderRemoved: (plugin) => onDisk.set(plugin, undefined),
    eventEmitted: (event) => {
      const { plugin } = event;
      switch (event._tag) {
        case 'ReloadStarted':
          seen.set(plugin, seenNow(servingNow()));
          break;
        case 'Loaded':
        case 'Reloaded':
          onLive(event);
          if (!swaps.has(event)) requireFitting(plugin);
          refusals.delete(plugin);
          break;
        case 'RolledBack':
        case 'Restarted':
          onLive(event);
          refusals.delete(plugin);
          break;
        // The bytes are back that serve.
        case 'Unchanged':
        case 'Removed':
          refusals.delete(plugin);
          break;
        case 'ReloadFailed': {
          if (swaps.has(event)) break;
          refusals.delete(plugin);
          const { message } = event.error;
          if (OF_OTHERS.test(message)) refusals.set(plugin, message);
          if (OF_OTHERS.test(message)) report.count('refused because of another plugin');
          break;
        }
        default:
      }
    },
    quietReached: () => {
      for (const [plugin, message] of refusals) {
        const own = onDisk.get(plugin);
        // Its own next attempt finds what is wrong with it.
        if (own === undefined || standIn.has(plugin) || obstacle(plugin, own) !== undefined)
          continue;
        report.violated(33, `${plugin} could serve, and was last refused: ${message}`);
      }
    },
  };
}
