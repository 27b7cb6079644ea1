import { AsyncResource } from 'node:async_hooks';
import * as E from 'fp-ts/lib/Either.js';
import { firstValueFrom, Subject, type Unsubscribable } from 'rxjs';
import { firstLoadLate, pluginNotFound, runtimeClosed } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { clockOf } from '../../modules/adapters/clock.js';
import { attemptRead } from '../../modules/files/readStableText.js';
import { PluginCallError } from '../calls/PluginCallError.js';
import type { SharedEnvironment } from '../environment/RuntimeEnvironment.js';
import type { PluginLocation } from '../manifest/findManifest.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { CandidateFolders } from './CandidateFolders.js';

/** How long a call waits for a load that nobody starts. The default deadline of one attempt of a pipeline. */
const WAIT_LIMIT_MS = 30_000;

/** A call of a plugin that has no slot yet. */
interface WaitingCall {
  readonly plugin: string;
  readonly run: (slot: PluginSlot) => void;
  readonly refuse: (error: PluginCallError) => void;
  readonly limit: Unsubscribable;
}

/**
 * The loads that were asked for: those that nobody has started yet, those under way, and those that failed. Until they have ended, the
 * plugins that they will find on disk are not unknown: their calls wait.
 */
export class FirstLoads {
  /** Loads that were made and not started. Each knows where its plugins are. */
  readonly #announced = new Set<() => readonly PluginLocation[]>();
  /** The folders whose loads have started and not ended, with how often. */
  readonly #underWay = new Map<string, number>();
  /** By folder or directory: how its last load failed. */
  readonly #failures = new Map<string, ReloadError>();
  /** In the order of the calls. */
  #waiting: readonly WaitingCall[] = [];
  #isClosed = false;
  /** Emits when a load has ended. */
  readonly #ends = new Subject<void>();

  constructor(
    readonly folders: CandidateFolders,
    readonly slots: () => readonly PluginSlot[],
    readonly environment: Pick<SharedEnvironment, 'scheduler' | 'onCall'>,
  ) {}

  /** A load of a directory was made. Call the result when it starts. */
  announceDirectory(dir: string): () => void {
    return this.#announce(() => {
      const found = attemptRead(() => this.folders.under(dir), dir);
      return E.isLeft(found) ? [] : found.right.map((folder) => this.folders.locationOf(folder));
    });
  }

  /** A load of one plugin was made. Call the result when it starts. */
  announce(location: PluginLocation): () => void {
    return this.#announce(() => [location]);
  }

  /** Does the load of a folder. */
  async during<A>(
    folder: string,
    work: () => Promise<E.Either<ReloadError, A>>,
  ): Promise<E.Either<ReloadError, A>> {
    this.#underWay.set(folder, (this.#underWay.get(folder) ?? 0) + 1);
    try {
      const loaded = await work();
      this.noteEnd(folder, E.isLeft(loaded) ? loaded.left : undefined);
      return loaded;
    } finally {
      const left = (this.#underWay.get(folder) ?? 1) - 1;
      if (left > 0) this.#underWay.set(folder, left);
      else this.#underWay.delete(folder);
      this.tellEnd();
    }
  }

  /** How the load of a folder, or the look at a directory, has ended. */
  noteEnd(path: string, failure: ReloadError | undefined): void {
    if (failure === undefined) this.#failures.delete(path);
    else this.#failures.set(path, failure);
  }

  isUnderWay(folder: string): boolean {
    return this.#underWay.has(folder);
  }

  /** The plugins that are to be loaded, and have no slot yet. */
  get expected(): readonly string[] {
    if (this.#announced.size === 0 && this.#underWay.size === 0) return [];
    const announced = [...this.#announced].flatMap((locations) => locations());
    const underWay = Array.from(this.#underWay.keys(), (path) => this.folders.locationOf(path));
    const names = [...announced, ...underWay].map((at) => this.folders.shownNameAt(at));
    const known = new Set(this.slots().map(({ name }) => name));
    return [...new Set(names)].filter((name) => !known.has(name));
  }

  /** A call of a plugin that has no slot: it waits when the plugin is to be loaded, and is refused when it is not known. */
  call(plugin: string, fn: string, args: readonly unknown[]): Promise<unknown> {
    const { scheduler, onCall } = this.environment;
    const nowMs = clockOf(scheduler);
    const atMs = nowMs();
    const told = (error: PluginCallError) => {
      const ms = nowMs() - atMs;
      onCall?.({ plugin, fn, version: 0, ms, ok: false, error });
      return error;
    };
    if (!this.expected.includes(plugin)) return Promise.reject(told(this.#refusal(plugin)));
    return new Promise((resolve, reject) => {
      const context = new AsyncResource('PluginCall');
      const late = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        const { message } = firstLoadLate(plugin, WAIT_LIMIT_MS);
        reject(told(new PluginCallError('PluginNotFound', plugin, message)));
      };
      const waiting: WaitingCall = {
        plugin,
        run: ({ gate }) => resolve(context.runInAsyncScope(() => gate.call(fn, args, atMs))),
        refuse: (error) => reject(told(error)),
        limit: scheduler.schedule(late, WAIT_LIMIT_MS),
      };
      this.#waiting = [...this.#waiting, waiting];
    });
  }

  /** The plugin has a slot: the calls that wait for it go on waiting there. */
  opened(slot: PluginSlot): void {
    for (const { run } of this.#take(({ plugin }) => plugin === slot.name)) run(slot);
  }

  /** Resolves when the plugin, or each plugin, serves. Rejects with a `PluginCallError` when its load failed. */
  async ready(plugin: string | undefined): Promise<void> {
    while (this.#isPending(plugin)) await firstValueFrom(this.#ends);
    const failures = this.#failuresNow().filter(
      (error) => plugin === undefined || error.plugin === plugin,
    );
    const isServing = this.#slotOf(plugin)?.serving !== undefined;
    const [first] = failures;
    if (isServing || (plugin === undefined && first === undefined)) return;
    if (first === undefined) throw this.#refusal(plugin ?? '');
    const others = failures.length === 1 ? '' : ` (and ${failures.length - 1} more did not load)`;
    throw new PluginCallError('PluginNotFound', first.plugin, `${first.message}${others}`);
  }

  /** A load or reload has ended: what nobody loads any more is refused. */
  tellEnd(): void {
    if (this.#waiting.length > 0) {
      const expected = new Set(this.expected);
      for (const { plugin, refuse } of this.#take((call) => !expected.has(call.plugin))) {
        refuse(this.#refusal(plugin));
      }
    }
    this.#ends.next();
  }

  /** The runtime is closed: nothing will be loaded. */
  close(): void {
    this.#isClosed = true;
    this.#announced.clear();
    for (const { plugin, refuse } of this.#take(() => true)) {
      refuse(new PluginCallError('Aborted', plugin, runtimeClosed(plugin).message));
    }
    this.#ends.next();
  }

  #announce(locations: () => readonly PluginLocation[]): () => void {
    // Nothing will be loaded: nobody may wait for it.
    if (this.#isClosed) return () => undefined;
    this.#announced.add(locations);
    return () => {
      if (this.#announced.delete(locations)) this.tellEnd();
    };
  }

  #take(isTaken: (call: WaitingCall) => boolean): readonly WaitingCall[] {
    const taken = this.#waiting.filter(isTaken);
    this.#waiting = this.#waiting.filter((call) => !isTaken(call));
    for (const { limit } of taken) limit.unsubscribe();
    return taken;
  }

  #slotOf(plugin: string | undefined): PluginSlot | undefined {
    return this.slots().find(({ name }) => name === plugin);
  }

  #isPending(plugin: string | undefined): boolean {
    if (plugin === undefined) {
      const isLoading = this.#announced.size > 0 || this.#underWay.size > 0;
      return isLoading || this.slots().some(({ gate }) => gate.isAwaited);
    }
    const slot = this.#slotOf(plugin);
    return slot === undefined ? this.expected.includes(plugin) : slot.gate.isAwaited;
  }

  /** Why the plugins that do not serve did not load. */
  #failuresNow(): readonly ReloadError[] {
    const slots = this.slots();
    const serving = new Set(slots.filter((slot) => slot.serving).map(({ name }) => name));
    const ofSlots = slots.flatMap(({ serving: now, lastFailure }) =>
      now === undefined && lastFailure !== undefined ? [lastFailure] : [],
    );
    const known = new Set(ofSlots.map(({ plugin }) => plugin));
    const others = [...this.#failures]
      .filter(
        ([path, { plugin }]) => !known.has(plugin) && (plugin === '' || this.folders.exists(path)),
      )
      .map(([, error]) => error);
    return [...ofSlots, ...others].filter(({ plugin }) => !serving.has(plugin));
  }

  #refusal(plugin: string): PluginCallError {
    const failure = this.#failuresNow().find((error) => error.plugin === plugin);
    const names = [...this.slots().map(({ name }) => name), ...this.expected];
    const { message } = failure ?? pluginNotFound(plugin, names);
    return new PluginCallError('PluginNotFound', plugin, message);
  }
}
