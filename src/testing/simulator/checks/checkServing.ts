import type { RunObserver } from '../observe/RunObserver.js';
import { importedPart, type PluginContent } from '../plugin/PluginProgram.js';
import type { PluginInstance } from '../plugin/simulatedPlugin.js';
import { DISPOSE_MS, SAVE_MS } from '../setup/Setup.js';
import type { CheckContext } from './shared/CheckContext.js';
import type { Threads } from './shared/Threads.js';

/** The longest from COMMIT to the event that tells it, in milliseconds. */
const END_MS = 2 * DISPOSE_MS + SAVE_MS;

/** The version that serves for a plugin. */
interface Service {
  /** The version that served after the last step; 0: none. */
  version: number;
  /** Id of that version's program. */
  program: number;
  /** Whether it may end: its folder was removed, or its host ends. */
  mayEnd: boolean;
  /** Whether its folder is gone: what goes live now, such as an older version by order, may end too. */
  isGone: boolean;
  /** Whether a person ordered another version, or a restart of this one. */
  isRollingBack: boolean;
  /** The version that the runtime has gone back to by itself in this step; 0: to none. */
  wentBackTo: number;
  /** A version that the runtime has gone back to by itself must be told by then, in milliseconds; undefined: none has to be. */
  mustTell: { readonly version: number; readonly byMs: number } | undefined;
  /** Id of the program that was written last. */
  written: number;
  /** Ids of the programs that a person has put back: these, and what they replaced, may serve again after a newer one. */
  readonly putBack: Set<number>;
}

export interface ServingCheck extends RunObserver {
  /** Id of the program that a version of a plugin runs; undefined for a version that was never started. */
  programOf(this: void, plugin: string, version: number): number | undefined;
  /** What the part held that the version imported; undefined where it imported none. */
  partOf(this: void, plugin: string, version: number): number | undefined;
  /** Whether a version runs this content: the program, and its part where it imports that. */
  runs(this: void, plugin: string, version: number, content: PluginContent): boolean;
}

/**
 * Invariants of the versions that serve.
 *
 * - 2: a version always serves, and the version that serves is never stopped
 * - 3: versions and contents only go forward
 * - 5: content that serves already is not evaluated again
 * - 6: calls are answered, each by one version
 * - 10: a version changes only while a reload is under way
 */
export function checkServing(
  { setup, report, nowMs, servingOf }: CheckContext,
  isUnderWay: (plugin: string) => boolean,
  threads: Threads,
): ServingCheck {
  const byPlugin = new Map<string, Service>(
    setup.plugins.map((plugin) => [
      plugin,
      {
        version: 0,
        program: 0,
        mayEnd: true,
        isGone: false,
        isRollingBack: false,
        wentBackTo: 0,
        mustTell: undefined,
        written: 0,
        putBack: new Set<number>(),
      },
    ]),
  );
  /** Calls that are not answered and began while their plugin served, by plugin. */
  const openCalls = new Map<string, Set<number>>();
  /** Instances of this host that were started, by plugin and version. */
  const instances = new Map<string, PluginInstance>();
  /** Versions that were stopped for a successor that has not started yet. */
  const stopped = new Set<string>();
  /** The newest evaluated instance by plugin: the successor. */
  const newest = new Map<string, PluginInstance>();
  let isEnding = true;

  const isStopFirst = ({ plugin, program }: PluginInstance) =>
    program.stopsFirst === true || newest.get(plugin)?.program.stopsFirst === true;
  const instanceOf = (plugin: string, version: number) => instances.get(`${plugin} ${version}`);
  const programOf = (plugin: string, version: number) => instanceOf(plugin, version)?.program.id;
  const partOf = (plugin: string, version: number) => instanceOf(plugin, version)?.part;
  const runs = (plugin: string, version: number, content: PluginContent) =>
    content.program !== undefined &&
    programOf(plugin, version) === content.program.id &&
    partOf(plugin, version) === importedPart(content);
  const forget = () => {
    for (const service of byPlugin.values()) {
      service.version = 0;
      service.program = 0;
      service.mayEnd = true;
      service.isRollingBack = false;
      service.wentBackTo = 0;
      service.mustTell = undefined;
    }
    instances.clear();
    stopped.clear();
    newest.clear();
    openCalls.clear();
  };

  const onVersion = (plugin: string, service: Service, to: number) => {
    const program = programOf(plugin, to) ?? 0;
    const from = service.version;
    if (from > 0 && to === 0 && !service.mayEnd) {
      report.violated(2, `${plugin} no longer serves, and nobody ordered its end`);
    }
    // A plugin that was removed and is back starts again from version 1, maybe within one step.
    const isByOrder = service.isRollingBack || service.wentBackTo === to;
    if (from > 0 && to > 0 && !isByOrder && !service.mayEnd) {
      // The end of a worker takes a while, and the way back is told after it.
      if (to < from && instanceOf(plugin, from)?.thread !== undefined)
        service.mustTell = { version: to, byMs: nowMs() + END_MS };
      else if (to < from) report.violated(3, `${plugin}: version ${to} serves after ${from}`);
      const isPutBack = service.putBack.has(program) || service.putBack.has(service.program);
      if (program < service.program && !isPutBack && service.mustTell === undefined) {
        report.violated(3, `${plugin}: content ${program} serves after ${service.program}`);
      }
      if (!isUnderWay(plugin) && service.mustTell === undefined) {
        report.violated(10, `${plugin}: version ${to} serves, but no reload was under way`);
      }
      report.count('swap');
    }
    service.version = to;
    if (to > 0) {
      service.program = program;
      // An attempt that found no folder may still end what a way back has brought meanwhile.
      service.mayEnd = service.isGone || (isByOrder && service.mayEnd);
    }
  };

  return {
    programOf,
    partOf,
    runs,
    pipelineSubscribed: () => {
      forget();
      isEnding = false;
    },
    hostEnding: () => {
      isEnding = true;
      for (const service of byPlugin.values()) service.mayEnd = true;
    },
    folderRemoved: (plugin) => {
      const service = byPlugin.get(plugin);
      if (service) service.mayEnd = service.isGone = true;
    },
    programWritten: (plugin, program) => {
      const service = byPlugin.get(plugin);
      if (!service) return;
      service.isGone = false;
      if (program === undefined) return;
      if (program.id < service.written) service.putBack.add(program.id);
      service.written = program.id;
    },
    rollbackStarted: (plugin) => {
      const service = byPlugin.get(plugin);
      if (service) service.isRollingBack = true;
      report.count('roll back');
    },
    rollbackEnded: (plugin, _, version) => {
      const service = byPlugin.get(plugin);
      if (service) service.isRollingBack = false;
      report.count(version === undefined ? 'rollback refused' : 'rolled back');
    },
    restartStarted: (plugin) => {
      const service = byPlugin.get(plugin);
      if (service) service.isRollingBack = true;
    },
    restartEnded: (plugin, isDone) => {
      const service = byPlugin.get(plugin);
      if (service) service.isRollingBack = false;
      report.count(isDone ? 'restarted' : 'restart refused');
    },
    eventEmitted: (event) => {
      const service = byPlugin.get(event.plugin);
      if (!service || event._tag !== 'RolledBack') return;
      service.wentBackTo = event.to;
      if (service.mustTell?.version === event.to) service.mustTell = undefined;
    },
    instanceEvaluated: (instance) => {
      const { plugin, program, part } = instance;
      newest.set(plugin, instance);
      const service = byPlugin.get(plugin);
      if (!service || service.version === 0 || service.isRollingBack || isEnding) return;
      const serving = servingOf(plugin);
      // Stopped for a successor that failed, it is started again.
      if (stopped.has(`${plugin} ${serving}`) || threads.isDead(plugin)) return;
      if (programOf(plugin, serving) === program.id && partOf(plugin, serving) === part) {
        report.violated(5, `${plugin}: content ${program.id} serves, but is evaluated again`);
      }
    },
    instanceStarted: (instance) => {
      const key = `${instance.plugin} ${instance.version}`;
      instances.set(key, instance);
      stopped.delete(key);
    },
    instanceStopped: (instance) => {
      const { plugin } = instance;
      const service = byPlugin.get(plugin);
      if (!service || instanceOf(plugin, servingOf(plugin)) !== instance) return;
      stopped.add(`${plugin} ${instance.version}`);
      if (!isEnding && !service.mayEnd && !isStopFirst(instance)) {
        report.violated(2, `${plugin}: the version that serves was stopped`);
      }
    },
    callStarted: (plugin, order) => {
      if (servingOf(plugin) === 0) return;
      openCalls.set(plugin, (openCalls.get(plugin) ?? new Set()).add(order));
    },
    callAnswered: (plugin, order) => {
      openCalls.get(plugin)?.delete(order);
      report.count('call answered');
    },
    callThrew: (plugin, order) => {
      openCalls.get(plugin)?.delete(order);
      report.count('call threw');
    },
    callFailed: (plugin, order, reason, tag) => {
      const wasServing = openCalls.get(plugin)?.delete(order) === true;
      const service = byPlugin.get(plugin);
      if (!wasServing || service?.mayEnd !== false || isEnding) return;
      if (!threads.mayFail(plugin, order, tag)) {
        report.violated(6, `${plugin}: a call failed: ${reason}`);
      }
    },
    stepEnded: (serving) => {
      for (const [plugin, service] of byPlugin) {
        const version = serving.get(plugin) ?? 0;
        if (version !== service.version) onVersion(plugin, service, version);
        service.wentBackTo = 0;
        if ((service.mustTell?.byMs ?? Infinity) >= nowMs()) continue;
        report.violated(3, `${plugin}: version ${version} serves again, and no event says why`);
        service.mustTell = undefined;
      }
    },
    quietReached: () => {
      for (const [plugin, orders] of openCalls) {
        if (orders.size > 0) {
          report.violated(6, `${plugin}: ${orders.size} calls were never answered`);
        }
      }
    },
  };
}
