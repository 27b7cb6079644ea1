import type { RunObserver } from '../observe/RunObserver.js';
import type { PluginInstance } from '../plugin/simulatedPlugin.js';
import type { CheckContext } from './shared/CheckContext.js';

/** The longest that the end of a probation may wait for other work on its plugin, in milliseconds. */
const MAX_QUEUE_MS = 1_500;

type Trust = 'no' | 'maybe' | 'sure';

/** What is known of a version that has served. */
interface Served {
  readonly program: PluginInstance['program'];
  sinceMs: number;
  trust: Trust;
  /** Failures of its calls in a row: while it was on probation, and since, because the end of a probation may wait. */
  failureCount: number;
  lateFailureCount: number;
  /** Whether its thread died: that counts as a failure, and each call that ended by it. */
  hasDied: boolean;
}

/** What is known of the versions of a plugin, since it was loaded. */
interface Versions {
  /** The version that served after the last step. */
  serving: number;
  /** In the order in which they were trusted, or served where they were not. */
  served: Map<number, Served>;
  /** The order under way, with the version that it names, if it names one; undefined: none. A reload may end before it. */
  order: { readonly to?: number } | undefined;
  /** Where that order went, as it was told. An order to the version that a reload has brought meanwhile goes nowhere. */
  wentTo: number | undefined;
  /** Whether a failed way back was told. */
  isFailureTold: boolean;
}

/**
 * Invariants of probation.
 *
 * - 29: a rollback goes to the version that was trusted last
 * - 30: a version whose calls of one function fail, or whose health is bad in the end, does not serve on; one that is well does
 */
export function checkProbation({ setup, report, nowMs, servingOf }: CheckContext): RunObserver {
  const { probationMs, probationFailureCount } = setup;
  const byPlugin = new Map<string, Versions>();
  const instances = new Map<string, PluginInstance>();
  const versionsOf = (plugin: string): Versions => {
    const known = byPlugin.get(plugin);
    if (known !== undefined) return known;
    const versions: Versions = {
      serving: 0,
      served: new Map(),
      order: undefined,
      wentTo: undefined,
      isFailureTold: false,
    };
    byPlugin.set(plugin, versions);
    return versions;
  };

  /** Called when the version that serves is replaced, and at quiet. */
  const judge = (served: Served | undefined) => {
    if (served === undefined || served.trust === 'sure') return;
    const ageMs = nowMs() - served.sinceMs;
    const isBad = served.program.fault === 'sickens' || served.failureCount > 0 || served.hasDied;
    if (ageMs >= probationMs + MAX_QUEUE_MS && !isBad) served.trust = 'sure';
    else if (ageMs >= probationMs) served.trust = 'maybe';
  };
  const onVersion = (plugin: string, versions: Versions, to: number) => {
    const from = versions.serving;
    judge(versions.served.get(from));
    versions.serving = to;
    if (to === 0 || from === 0) versions.served.clear();
    if (to === 0) return;
    const program = instances.get(`${plugin} ${to}`)?.program;
    if (program === undefined) return;
    const isTrusted = from === 0 || to < from || probationMs === 0;
    versions.served.delete(to);
    // A reload that was under way may have brought that version as well: the end of the order tells.
    const isPerhapsOrdered = versions.order?.to === to;
    const trust = isTrusted ? 'sure' : isPerhapsOrdered ? 'maybe' : 'no';
    versions.served.set(to, {
      program,
      sinceMs: nowMs(),
      trust,
      failureCount: 0,
      lateFailureCount: 0,
      hasDied: false,
    });
    versions.isFailureTold = false;
  };
  const onRolledBack = (plugin: string, versions: Versions, from: number, to: number) => {
    const left = versions.served.get(from);
    judge(left);
    report.count('rolled back by probation');
    if (left?.trust === 'sure') {
      report.violated(
        30,
        `${plugin}: version ${from} was taken back, although its probation was over`,
      );
    }
    const isIll = left?.program.fault === 'sickens';
    const failureCount = (left?.failureCount ?? 0) + (left?.lateFailureCount ?? 0);
    if (left !== undefined && !isIll && !left.hasDied && failureCount < probationFailureCount) {
      report.violated(
        30,
        `${plugin}: version ${from} was taken back after ${failureCount} failures`,
      );
    }
    versions.served.delete(from);
    const numbers = [...versions.served.keys()];
    const later = numbers.slice(numbers.indexOf(to) + 1);
    const better = later.find((number) => versions.served.get(number)?.trust === 'sure');
    if (versions.served.get(to)?.trust === 'no') {
      report.violated(29, `${plugin}: a rollback went to version ${to}, which was never trusted`);
    } else if (better !== undefined) {
      report.violated(
        29,
        `${plugin}: a rollback went to version ${to}, but ${better} was trusted after it`,
      );
    }
  };

  return {
    pipelineSubscribed: () => {
      byPlugin.clear();
      instances.clear();
    },
    hostEnding: () => byPlugin.clear(),
    instanceStarted: (instance) =>
      instances.set(`${instance.plugin} ${instance.version}`, instance),
    // Only what serves is called, and calls that waited begin at COMMIT, before the step ends.
    callBegan: ({ plugin, version }) => {
      const versions = versionsOf(plugin);
      if (version !== versions.serving) onVersion(plugin, versions, version);
    },
    callEnded: ({ plugin, program, version }, _, isFailure) => {
      const served = versionsOf(plugin).served.get(version);
      const { fault } = program;
      if (served?.program !== program || served.trust === 'sure') return;
      if (fault !== 'bumpThrows' && fault !== 'slowBumpThrows') return;
      if (!isFailure) return;
      if (nowMs() < served.sinceMs + probationMs) served.failureCount += 1;
      else served.lateFailureCount += 1;
    },
    threadOver: (thread, isByHost) => {
      for (const { plugin, version, thread: own } of instances.values()) {
        const served = own === thread ? versionsOf(plugin).served.get(version) : undefined;
        // A host ends a thread that is silent.
        const isServing = version === servingOf(plugin);
        if (served !== undefined && (!isByHost || isServing)) served.hasDied = true;
      }
    },
    rollbackStarted: (plugin, order) => {
      versionsOf(plugin).order = order;
    },
    rollbackEnded: (plugin, _, version) => {
      const versions = versionsOf(plugin);
      // Seen here, because the step in which the order ends ends later.
      if (version !== undefined && version !== versions.serving) {
        onVersion(plugin, versions, version);
      }
      const ordered = version === undefined ? undefined : versions.served.get(version);
      if (ordered !== undefined && version === versions.wentTo) ordered.trust = 'sure';
      versions.order = undefined;
      versions.wentTo = undefined;
    },
    eventEmitted: (event) => {
      if (event.plugin === '') return;
      const versions = versionsOf(event.plugin);
      if (event._tag === 'Removed') onVersion(event.plugin, versions, 0);
      if (event._tag === 'RolledBack' && versions.order) {
        versions.served.delete(event.from);
        versions.wentTo = event.to;
      }
      if (event._tag === 'RolledBack' && !versions.order) {
        onRolledBack(event.plugin, versions, event.from, event.to);
      }
      if (event._tag === 'ReloadFailed' && event.error.message.includes('failed its probation')) {
        versions.isFailureTold = true;
      }
    },
    stepEnded: (serving) => {
      for (const plugin of setup.plugins) {
        const versions = versionsOf(plugin);
        const to = serving.get(plugin) ?? 0;
        if (to !== versions.serving) onVersion(plugin, versions, to);
      }
    },
    quietReached: () => {
      for (const [plugin, { serving, served, isFailureTold }] of byPlugin) {
        const last = served.get(serving);
        const isFailed =
          last !== undefined &&
          last.trust !== 'sure' &&
          (last.failureCount >= probationFailureCount || last.program.fault === 'sickens');
        if (!isFailed || isFailureTold) continue;
        report.violated(
          30,
          `${plugin}: version ${serving} serves on after ${last.failureCount} failures, and nothing says why`,
        );
      }
    },
  };
}
