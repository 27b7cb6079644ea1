import type { SchedulerLike } from 'rxjs';
import type { CompiledModule } from '../../../modules/ModuleGraph.js';
import type { PluginProgram } from './PluginProgram.js';

/** The state that each simulated plugin saves. */
interface PluginState {
  /** The plugin that saved it, so that a state given to another plugin shows. */
  readonly plugin: string;
  /** Calls of the plugin so far, over all of its versions. */
  readonly count: number;
  /** Id of the program that saved it. */
  readonly by: number;
}

/** What a simulated plugin answers a call with. */
export interface CallAnswer {
  /** Id of the program that answered. */
  readonly program: number;
  /** Calls of the plugin so far, this one included. */
  readonly count: number;
}

/** One evaluation of a plugin's module. */
export interface PluginInstance {
  readonly plugin: string;
  readonly program: PluginProgram;
  /** The version that `start` was given; 0 before. */
  version: number;
  /** Calls of the plugin so far: restored from the version before, then counted on. */
  count: number;
  /** Calls that have begun and not been answered. */
  callCount: number;
}

/** Is told of each step in the life of an instance. */
export interface InstanceObserver {
  instanceEvaluated(instance: PluginInstance): void;
  stateRestored(instance: PluginInstance, text: string): void;
  instanceStarted(instance: PluginInstance): void;
  instanceStopped(instance: PluginInstance): void;
}

const EXPORTS = ['saveState', 'restoreState', 'start', 'stop', 'health', 'bump', 'bumpSlowly'];

const OUTLINE: CompiledModule['outline'] = {
  requests: [],
  imports: [],
  ownExports: EXPORTS.map((name) => ({ exported: name, local: name })),
  passedExports: [],
  starExports: [],
  isAsync: true,
};

/** The module that the program of a plugin compiles to: it counts its calls, and fails where its program has a fault. */
export function simulatedPlugin(options: {
  readonly path: string;
  readonly source: string;
  readonly plugin: string;
  readonly program: PluginProgram;
  readonly scheduler: SchedulerLike;
  readonly observer: InstanceObserver;
}): CompiledModule {
  const { path, source, plugin, program, scheduler, observer } = options;
  const runInto = async (exported: Map<string, unknown>) => {
    const instance: PluginInstance = { plugin, program, version: 0, count: 0, callCount: 0 };
    observer.instanceEvaluated(instance);
    if (program.fault === 'evaluateHangs') await never();
    if (program.fault === 'evaluateThrows') throw new Error('thrown at the top of the module');
    const functions = {
      ...lifecycleOf(instance, scheduler, observer),
      ...callsOf(instance, scheduler),
    };
    for (const [name, run] of Object.entries(functions)) exported.set(name, run);
  };
  const makeBody = () => {
    const exported = new Map<string, unknown>();
    const getters = EXPORTS.map((name) => () => exported.get(name));
    return { getters, run: () => runInto(exported) };
  };
  return {
    path,
    hash: source,
    source,
    imports: [],
    dynamicImports: [],
    form: { kind: 'json' },
    outline: OUTLINE,
    makeBody,
  };
}

/** Resolves after this long in virtual time. */
export function wait(scheduler: SchedulerLike, ms: number): Promise<void> {
  return new Promise((resolve) => {
    scheduler.schedule(() => resolve(), ms);
  });
}

/** A promise that never settles: work that hangs. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}

function lifecycleOf(
  instance: PluginInstance,
  scheduler: SchedulerLike,
  observer: InstanceObserver,
) {
  const { plugin, program } = instance;
  return {
    saveState: (): PluginState => ({ plugin, count: instance.count, by: program.id }),
    restoreState: (state: PluginState) => {
      observer.stateRestored(instance, JSON.stringify(state));
      if (program.fault === 'restoreThrows') throw new Error('the plugin refuses the state');
      instance.count = state.count;
    },
    start: async ({ version }: { readonly version: number }) => {
      instance.version = version;
      observer.instanceStarted(instance);
      if (program.startMs > 0) await wait(scheduler, program.startMs);
      if (program.fault === 'startHangs') await never();
      if (program.fault === 'startThrows') throw new Error('thrown in start');
    },
    stop: () => {
      observer.instanceStopped(instance);
      if (program.fault === 'stopThrows') throw new Error('thrown in stop');
    },
    health: () => program.fault !== 'unhealthy',
  };
}

function callsOf(instance: PluginInstance, scheduler: SchedulerLike) {
  const bump = (): CallAnswer => {
    instance.count += 1;
    return { program: instance.program.id, count: instance.count };
  };
  return {
    bump,
    bumpSlowly: async (takesMs: number): Promise<CallAnswer> => {
      const answer = bump();
      instance.callCount += 1;
      await wait(scheduler, takesMs);
      instance.callCount -= 1;
      return answer;
    },
  };
}
