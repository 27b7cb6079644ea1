import type { CompiledModule } from '../../../modules/ModuleGraph.js';
import { canMigrate, formatOf, LINK, PART_FILE, type PluginProgram } from './PluginProgram.js';
import { type SimulatedLoads, simulatedModule } from './simulatedModule.js';

/** What waits in the code of a plugin: of the host, or of the thread that it runs in. */
export interface Timers {
  schedule(work: () => void, delayMs: number): unknown;
}

/** The state that each simulated plugin saves. */
interface PluginState {
  /** The plugin that saved it, so that a state given to another plugin shows. */
  readonly plugin: string;
  /** Calls of the plugin so far, over all of its versions. */
  readonly count: number;
  /** Id of the program that saved it. */
  readonly by: number;
  /** `state-version` of the program that saved it or converted it last. */
  readonly format: number;
}

/** What a state says, whatever format it is in. */
export function contentOf(state: unknown): string {
  return JSON.stringify(state, (key, value: unknown) => (key === 'format' ? undefined : value));
}

/** What a simulated plugin answers a call with. */
export interface CallAnswer {
  /** Id of the program that answered. */
  readonly program: number;
  /** Calls of the plugin so far, this one included. */
  readonly count: number;
}

export function isCallAnswer(value: unknown): value is CallAnswer {
  return typeof value === 'object' && value !== null && 'count' in value && 'program' in value;
}

/** What `restoreState` throws when the program has that fault. */
export const REFUSAL = 'the plugin refuses the state';

/** What a call is rejected with when the program has that fault. */
export const CALL_FAULT = 'thrown in a call';

/** The argument of each call. */
export interface CallRequest {
  /** Identifies the call: the host counts its calls from 1. */
  readonly order: number;
  /** How long the answer takes, in milliseconds of virtual time. */
  readonly takesMs: number;
  /** How many calls of itself the plugin makes, without waiting for them. */
  readonly nestedCount: number;
}

/** One evaluation of a plugin's module. */
export interface PluginInstance {
  readonly plugin: string;
  readonly program: PluginProgram;
  /** The thread that it runs in. Left out: that of the host. */
  readonly thread?: number;
  /** What the part held that it imported; undefined when it imported none. */
  readonly part: number | undefined;
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
  /** `text`: what the state says. `format`: in which format. */
  stateRestored(instance: PluginInstance, text: string, format: number): void;
  instanceStarted(instance: PluginInstance): void;
  instanceStopped(instance: PluginInstance): void;
  /** A call reached the instance, or was answered by it. */
  callBegan(instance: PluginInstance, order: number): void;
  callEnded(instance: PluginInstance, order: number, isFailure: boolean): void;
  /** The plugin calls itself, through the host. */
  nestedCall(plugin: string): void;
  /** The instance was asked for its state. */
  stateAsked(instance: PluginInstance): void;
}

const EXPORTS = ['saveState', 'restoreState', 'start', 'stop', 'health', 'bump', 'bumpSlowly'];

/** The module that the program of a plugin compiles to: it counts its calls, and fails where its program has a fault. */
export function simulatedPlugin(options: {
  readonly path: string;
  readonly source: string;
  readonly plugin: string;
  readonly program: PluginProgram;
  readonly timers: Timers;
  readonly observer: InstanceObserver;
  /** The thread that it runs in. Left out: that of the host. */
  readonly thread?: number;
}): CompiledModule {
  const { path, source, plugin, program, timers, observer, thread } = options;
  const specifier = specifierOf(program);
  const evaluate = async ({ imported, load }: SimulatedLoads) => {
    const computed = program.imports === 'computed' ? await load(specifier) : undefined;
    const instance: PluginInstance = {
      plugin,
      program,
      ...(thread !== undefined && { thread }),
      part: partOf(imported ?? computed),
      version: 0,
      count: 0,
      callCount: 0,
    };
    observer.instanceEvaluated(instance);
    if (program.fault === 'evaluateHangs') await never();
    if (program.fault === 'evaluateThrows') throw new Error('thrown at the top of the module');
    return {
      ...lifecycleOf(instance, timers, observer),
      ...callsOf(instance, timers, observer),
    };
  };
  const { imports: how } = program;
  const imports = how === undefined || how === 'computed' ? [] : [specifier];
  const exportNames = program.migrates === undefined ? EXPORTS : [...EXPORTS, 'migrate'];
  return simulatedModule({ path, source, imports, exportNames, evaluate });
}

function specifierOf({ imports }: PluginProgram): string {
  if (imports === 'nearest') return './part';
  return imports === 'linked' ? `./${LINK}/${PART_FILE}` : `./${PART_FILE}`;
}

/** The module that the part of a plugin compiles to. */
export function simulatedPart(path: string, source: string): CompiledModule {
  const evaluate = () => Promise.resolve({ part: Number(source) });
  return simulatedModule({ path, source, imports: [], exportNames: ['part'], evaluate });
}

function partOf(namespace: object | undefined): number | undefined {
  return namespace !== undefined && 'part' in namespace ? Number(namespace.part) : undefined;
}

/** Resolves after this long in virtual time. */
export function wait(timers: Timers, ms: number): Promise<void> {
  return new Promise((resolve) => {
    timers.schedule(() => resolve(), ms);
  });
}

/** A promise that never settles: work that hangs. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}

function lifecycleOf(instance: PluginInstance, timers: Timers, observer: InstanceObserver) {
  const { plugin, program } = instance;
  const migrate = (state: PluginState, from: number, to: number): PluginState => {
    if (canMigrate(program, from, to)) return { ...state, format: to };
    throw new Error(`no way from format ${from} to ${to}`);
  };
  /** How often its health was asked for. */
  let checkCount = 0;
  return {
    saveState: (): PluginState | Promise<never> => {
      observer.stateAsked(instance);
      if (program.fault === 'saveThrows') throw new Error('thrown in saveState');
      if (program.fault === 'saveHangs') return never();
      return { plugin, count: instance.count, by: program.id, format: formatOf(program) };
    },
    restoreState: (state: PluginState) => {
      observer.stateRestored(instance, contentOf(state), state.format);
      if (program.fault === 'restoreThrows') throw new Error(REFUSAL);
      instance.count = state.count;
    },
    ...(program.migrates !== undefined && { migrate }),
    start: async ({ version }: { readonly version: number }) => {
      instance.version = version;
      observer.instanceStarted(instance);
      if (program.startMs > 0) await wait(timers, program.startMs);
      if (program.fault === 'startHangs') await never();
      if (program.fault === 'startThrows') throw new Error('thrown in start');
    },
    stop: () => {
      observer.instanceStopped(instance);
      if (program.fault === 'stopThrows') throw new Error('thrown in stop');
    },
    health: () => {
      checkCount += 1;
      return program.fault !== 'unhealthy' && (program.fault !== 'sickens' || checkCount === 1);
    },
  };
}

function callsOf(instance: PluginInstance, timers: Timers, observer: InstanceObserver) {
  const begin = ({ order, nestedCount }: CallRequest): CallAnswer => {
    observer.callBegan(instance, order);
    instance.count += 1;
    const answer = { program: instance.program.id, count: instance.count };
    for (let made = 0; made < nestedCount; made += 1) observer.nestedCall(instance.plugin);
    return answer;
  };
  return {
    bump: (request: CallRequest): CallAnswer => {
      const answer = begin(request);
      const isFailure = instance.program.fault === 'bumpThrows';
      observer.callEnded(instance, request.order, isFailure);
      if (isFailure) throw new Error(CALL_FAULT);
      return answer;
    },
    bumpSlowly: async (request: CallRequest): Promise<CallAnswer> => {
      const answer = begin(request);
      instance.callCount += 1;
      await wait(timers, request.takesMs);
      instance.callCount -= 1;
      const isFailure = instance.program.fault === 'slowBumpThrows';
      observer.callEnded(instance, request.order, isFailure);
      if (isFailure) throw new Error(CALL_FAULT);
      return answer;
    },
  };
}
