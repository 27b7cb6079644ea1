import type { ReloadEvent } from '../../../../model/reload/ReloadEvent.js';
import type { RunObserver } from '../../observe/RunObserver.js';
import type { PluginInstance } from '../../plugin/simulatedPlugin.js';
import type { CheckContext } from './CheckContext.js';

/** What the runtime tells of a worker that it starts again and again, and not the pipeline of attempts that fail. */
const OF_CRASHES =
  /^(it crashed again and again|it is started again|it serves again|it was unloaded)/;

/** Whether a breaker is that of a worker's restarts. */
function isOfCrashes(event: ReloadEvent): boolean {
  return event._tag === 'BreakerChanged' && OF_CRASHES.test(event.reason);
}

/** The check, without what breakers of restarts tell. */
export function withoutCrashes<A extends RunObserver>(check: A): A {
  return {
    ...check,
    eventEmitted: (event) => {
      if (!isOfCrashes(event)) check.eventEmitted?.(event);
    },
  };
}

/** What the other checks know of the threads of a host: which instances are dead, and which calls may end by that. */
export class Threads implements RunObserver {
  readonly #servingOf: CheckContext['servingOf'];
  readonly #setup: CheckContext['setup'];
  /** Threads in which nothing runs any more. */
  readonly #over = new Set<number>();
  /** Of these, those that ended by themselves, or were ended while they served. */
  readonly #dead = new Set<number>();
  /** The instance in each thread. */
  readonly #instances = new Map<number, PluginInstance>();
  /** The instances that were started, by plugin and version. The same version may be started again. */
  readonly #started = new Map<string, PluginInstance[]>();
  readonly #stopped = new WeakSet<PluginInstance>();
  /** What was started of a version when its restart began, by plugin. What a restart that fails has started since never served. */
  readonly #beforeRestart = new Map<string, { key: string; started: readonly PluginInstance[] }>();
  /** Plugins whose calls are refused, because their worker died too often. */
  readonly #isOpen = new Set<string>();
  /** Counts what happens: later is more. */
  #count = 0;
  /** When each call was made, by its number. */
  readonly #calls = new Map<number, number>();
  /** When a thread of a plugin died last, as far as the host knows, and when the host ended one. */
  readonly #diedAt = new Map<string, number>();
  readonly #endedAt = new Map<string, number>();
  /** When a person last ordered something that cuts calls off. */
  readonly #orderedAt = new Map<string, number>();

  constructor({ servingOf, setup }: Pick<CheckContext, 'servingOf' | 'setup'>) {
    this.#servingOf = servingOf;
    this.#setup = setup;
  }

  /** The instance of a version; the newest that lives, where it was started again. Default: of the version that serves. */
  instanceOf(plugin: string, version = this.#servingOf(plugin)): PluginInstance | undefined {
    const started = this.#started.get(`${plugin} ${version}`) ?? [];
    const isOver = (instance: PluginInstance) =>
      this.#stopped.has(instance) || this.#over.has(instance.thread ?? 0);
    return started.findLast((instance) => !isOver(instance)) ?? started.at(-1);
  }

  /** Whether the thread of a version is dead, and nobody wanted it to be: it cannot give its state. */
  isDead(plugin: string, version?: number): boolean {
    return this.#dead.has(this.instanceOf(plugin, version)?.thread ?? 0);
  }

  /** Whether calls are refused until the next try to start the worker. */
  isRefusing(plugin: string): boolean {
    return this.#isOpen.has(plugin);
  }

  /** Whether a call may fail like this, because of the thread that it ran in or should have run in. */
  mayFail(plugin: string, order: number, tag: string): boolean {
    const sinceMade = (at: number | undefined) => (at ?? 0) > (this.#calls.get(order) ?? Infinity);
    if (tag === 'Crashed') return this.isRefusing(plugin) || sinceMade(this.#diedAt.get(plugin));
    if (tag !== 'Aborted' || !sinceMade(this.#endedAt.get(plugin))) return false;
    // A swap waits for calls, unless somebody wants it not to.
    const { whenBusy, probationMs } = this.#setup;
    return whenBusy !== 'refuse' || probationMs > 0 || sinceMade(this.#orderedAt.get(plugin));
  }

  pipelineSubscribed(): void {
    this.#over.clear();
    this.#dead.clear();
    this.#instances.clear();
    this.#started.clear();
    this.#beforeRestart.clear();
    this.#isOpen.clear();
    this.#calls.clear();
    this.#diedAt.clear();
    this.#endedAt.clear();
    this.#orderedAt.clear();
  }

  instanceEvaluated(instance: PluginInstance): void {
    if (instance.thread !== undefined) this.#instances.set(instance.thread, instance);
  }

  instanceStarted(instance: PluginInstance): void {
    const key = `${instance.plugin} ${instance.version}`;
    this.#started.set(key, [...(this.#started.get(key) ?? []), instance]);
  }

  instanceStopped(instance: PluginInstance): void {
    this.#stopped.add(instance);
  }

  threadOver(thread: number, isByHost: boolean): void {
    this.#count += 1;
    const plugin = this.#instances.get(thread)?.plugin;
    const serving = plugin === undefined ? undefined : this.instanceOf(plugin);
    // What was stopped for its successor is ended, and not dead.
    const isServing = serving?.thread === thread && !this.#stopped.has(serving);
    this.#over.add(thread);
    if (!isByHost || isServing) this.#dead.add(thread);
    if (!isByHost || plugin === undefined) return;
    this.#endedAt.set(plugin, this.#count);
    // One that is silent counts as dead when its host ends it.
    if (isServing) this.#diedAt.set(plugin, this.#count);
  }

  threadDeathTold(_: number, plugin: string | undefined): void {
    this.#count += 1;
    if (plugin !== undefined) this.#diedAt.set(plugin, this.#count);
  }

  callStarted(_: string, order: number): void {
    this.#count += 1;
    this.#calls.set(order, this.#count);
  }

  restartStarted(plugin: string): void {
    this.#order(plugin);
  }

  restartEnded(plugin: string): void {
    this.#order(plugin);
  }

  rollbackStarted(plugin: string): void {
    this.#order(plugin);
  }

  rollbackEnded(plugin: string): void {
    this.#order(plugin);
  }

  eventEmitted(event: ReloadEvent): void {
    const { plugin } = event;
    if (event._tag === 'ReloadStarted' && event.cause === 'restart') {
      const key = `${plugin} ${this.#servingOf(plugin)}`;
      this.#beforeRestart.set(plugin, { key, started: this.#started.get(key) ?? [] });
    } else if (event._tag === 'ReloadFailed') {
      const before = this.#beforeRestart.get(plugin);
      if (before !== undefined) this.#started.set(before.key, [...before.started]);
      this.#beforeRestart.delete(plugin);
    } else if (event._tag === 'Restarted') this.#beforeRestart.delete(plugin);
    if (event._tag !== 'BreakerChanged' || !isOfCrashes(event)) return;
    if (event.to === 'closed') this.#isOpen.delete(event.plugin);
    else this.#isOpen.add(event.plugin);
  }

  #order(plugin: string): void {
    this.#count += 1;
    this.#orderedAt.set(plugin, this.#count);
  }
}
