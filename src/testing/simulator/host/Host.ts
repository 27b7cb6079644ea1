import { Observable, Subject, type Subscription } from 'rxjs';
import type { ReloadEvent } from '../../../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../../../model/reload/ReloadTarget.js';
import type { WatchEvent } from '../../../model/events/WatchEvent.js';
import { hotReload } from '../../../pipeline/hotReload.js';
import type { WatchStatus } from '../../../pipeline/options/HotReloadOptions.js';
import { PluginRuntime } from '../../../runtime/PluginRuntime.js';
import { VirtualTime, type VirtualView } from '../../virtual/VirtualTime.js';
import type { LoaderFate } from '../acts/Act.js';
import { DiskFault } from '../disks/DiskFault.js';
import { hostFiles } from './hostFiles.js';
import type { HostParts } from './HostParts.js';
import { pipelineOptions } from './pipelineOptions.js';
import type { PlantedHost } from '../plants/Plant.js';
import { ROOT } from '../setup/Setup.js';
import { SimulatedBackend } from './SimulatedBackend.js';
import { simulatedCompiler } from './simulatedCompiler.js';
import { simulatedSource } from './simulatedSource.js';
import { simulatedStore } from './simulatedStore.js';
import { watchedStore } from './watchedStore.js';
import { watchedTarget } from './watchedTarget.js';
import { Wire } from './Wire.js';

/** Stages that a deadline of the pipeline does not end. */
const LIMITS_MS = { quiesce: 120, dispose: 100 };

/** One life of a host: everything real, between ports that are not. It ends by `close`, or at once by `die`. */
export class Host {
  readonly time: VirtualTime;
  readonly pipelineTime: VirtualView;
  readonly sourceTime: VirtualView;
  readonly runtime: PluginRuntime;
  /** The runtime, as the pipeline sees it. */
  readonly target: ReloadTarget;
  readonly backend: SimulatedBackend;
  readonly fates = new Map<string, { readonly fate: LoaderFate; readonly takesMs: number }>();
  isDead = false;
  /** Tasks that promises carry: while there are any, each step waits for them. */
  taskCount = 0;
  /** First loads that have not been told. */
  loadCount: number;
  hookThrows = 0;
  #crashInCalls = Infinity;
  readonly #diskFault = new DiskFault();
  readonly #parts: HostParts;
  readonly #subscription: Subscription;
  readonly #wire = new Wire();

  constructor(parts: HostParts) {
    const { setup, plant, witness, stateDisk, pluginDisk } = parts;
    this.#parts = parts;
    this.time = new VirtualTime(parts.startMs);
    this.time.shiftClock(parts.clockOffsetMs);
    this.pipelineTime = this.time.view();
    this.sourceTime = this.time.view();
    this.backend = new SimulatedBackend(this.sourceTime);
    const planted = { time: this.time, disk: stateDisk, plugins: setup.plugins };

    const files = hostFiles(stateDisk, this.time, () => this.#enter());
    const stored = simulatedStore(
      plant.files?.(files, planted) ?? files,
      parts.number,
      (path) => this.isDead || witness.corruptTold(path),
    );
    const store = watchedStore(
      plant.store?.(stored, planted) ?? stored,
      {
        saveBegun: (record) => this.isDead || witness.saveBegun(record),
        saveEnded: (record, result) => this.isDead || witness.saveEnded(record, result),
      },
      (work) => this.track(work),
    );
    const compiler = simulatedCompiler({
      scheduler: this.time,
      witness: {
        evaluated: (instance) => this.isDead || witness.evaluated(instance),
        restored: (instance, text) => this.isDead || witness.restored(instance, text),
        started: (instance) => this.isDead || witness.started(instance),
        stopped: (instance) => this.isDead || witness.stopped(instance),
      },
      fateOf: (plugin) => {
        const fate = this.fates.get(plugin);
        this.fates.delete(plugin);
        return fate;
      },
    });
    this.runtime = new PluginRuntime({
      files: pluginDisk.pluginFiles,
      compiler: plant.compiler?.(compiler) ?? compiler,
      scheduler: this.time,
      // In virtual time a turn is over when the promises have had theirs.
      nextTurn: () => Promise.resolve(),
      store,
      root: ROOT,
      stackTraces: 'untouched',
      limitsMs: LIMITS_MS,
    });
    this.loadCount = setup.plugins.filter((plugin) => pluginDisk.has(`${ROOT}/${plugin}`)).length;
    const real = watchedTarget(
      this.runtime,
      {
        reloadEntered: (plugin) => witness.reloadEntered(plugin),
        reloadLeft: (plugin) => this.isDead || witness.reloadLeft(plugin),
      },
      (work) => this.track(work),
    );
    this.target = plant.target?.(real, planted) ?? real;
    const status$ = new Subject<WatchStatus>();
    const ports = {
      ...pipelineOptions(setup, () => this.#hook()),
      source$: this.#source(status$, planted),
      target: this.target,
      store,
      watchStatus$: status$,
      load: this.runtime.loadEach(ROOT),
      scheduler: this.pipelineTime,
      random: parts.random,
    };
    const events$ = plant.pipeline
      ? plant.pipeline(ports)
      : hotReload(plant.options?.(ports, planted) ?? ports);
    witness.subscribed();
    this.taskCount += 1; // the first loads
    this.#subscription = (plant.events?.(events$, planted) ?? events$).subscribe({
      next: (event) => this.#take(event),
      complete: () => this.isDead || witness.ended('completed'),
      error: (error: unknown) => this.isDead || witness.ended(`failed: ${String(error)}`),
    });
  }

  /** Nothing of it runs any more: as after SIGKILL. */
  die(): void {
    this.isDead = true;
    this.#parts.witness.ending('crash');
  }

  /** It dies at the state disk's next call but so many. */
  dieAfterCalls(count: number): void {
    this.#crashInCalls = count;
  }

  failDisk(code: string, afterCalls: number, count: number): void {
    this.#diskFault.begin(code, afterCalls, count);
  }

  /** The wire from the source breaks. What it would have carried is carried when it is there again. */
  cutWire(): void {
    this.#wire.cut();
  }

  heal(): void {
    this.fates.clear();
    this.#diskFault.end();
    this.#crashInCalls = Infinity;
    this.hookThrows = 0;
    this.backend.heal();
  }

  unsubscribe(): void {
    this.#parts.witness.ending('close');
    this.#subscription.unsubscribe();
    this.#wire.close();
  }

  /** The run is over. What a pipeline on a clock of its own would still say, nobody is there to hear. */
  leave(): void {
    this.isDead = true;
    this.#subscription.unsubscribe();
  }

  /** Work that promises carry: counted until it settles. */
  track<A>(work: Promise<A>): Promise<A> {
    this.taskCount += 1;
    const end = () => {
      this.taskCount -= 1;
    };
    work.then(end, end);
    return work;
  }

  #take(event: ReloadEvent): void {
    if (this.isDead) return;
    const isLoadEnd = event._tag === 'Loaded' || event._tag === 'ReloadFailed';
    if (this.loadCount > 0 && isLoadEnd) {
      this.loadCount -= 1;
      if (this.loadCount === 0) this.taskCount -= 1;
    }
    this.#parts.witness.event(event);
  }

  #hook(): void {
    if (this.hookThrows === 0) return;
    this.hookThrows -= 1;
    throw new Error('a hook that throws');
  }

  #enter(): void {
    if (this.isDead) throw new Error('the host has ended');
    this.#crashInCalls -= 1;
    if (this.#crashInCalls < 0) {
      this.die();
      throw new Error('the host has ended');
    }
    this.#diskFault.enter();
  }

  #source(status$: Subject<WatchStatus>, planted: PlantedHost): Observable<WatchEvent> {
    const { setup, plant, pluginDisk, witness } = this.#parts;
    const { hint: wrap } = plant;
    const backend = this.backend;
    if (wrap !== undefined) backend.filter = (hint) => wrap(hint, planted);
    const session$ = simulatedSource(
      {
        fileSystem: pluginDisk.fileSystem,
        backend,
        scheduler: this.sourceTime,
        elapsedMs: () => this.time.elapsedMs,
        reconcileMs: plant.isBlindWhenIdle === true ? Infinity : setup.reconcileMs,
      },
      status$,
    );
    const wire$ = this.#wire.carry(session$);
    const events$ = plant.source?.(wire$, planted) ?? wire$;
    return new Observable((subscriber) =>
      events$.subscribe({
        next: (event) => {
          const before = event._tag === 'Renamed' ? this.runtime.pluginsOf(event.from) : [];
          const plugins = new Set([...before, ...this.runtime.pluginsOf(event.path)]);
          if (!this.isDead) witness.sourceEvent(event, [...plugins]);
          subscriber.next(event);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
  }
}
