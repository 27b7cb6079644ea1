import * as E from 'fp-ts/lib/Either.js';
import type { OnWait } from '../../../model/concurrency.js';
import { crashed, threadNotStarted } from '../../../model/reload/failures.js';
import type { Crashed, ReloadError } from '../../../model/reload/ReloadError.js';
import { messageOf } from '../../../model/unknownValue.js';
import { loadFailure } from '../../../modules/loadFailure.js';
import { PluginCallError } from '../../calls/PluginCallError.js';
import type { PluginCode } from '../../code/PluginCode.js';
import type {
  InstanceEnvironment,
  InstanceHost,
  UnloadedInstance,
} from '../../instances/InstanceHost.js';
import type { PluginInstance } from '../../instances/PluginInstance.js';
import { noTalk } from '../../instances/PluginTalk.js';
import { cloneToSend, notCloneable } from '../wire/cloneable.js';
import { decodeThrown, encodeThrown, isEncodedThrown } from '../wire/thrown.js';
import { answers, type LoadedExports } from '../wire/workerProtocol.js';
import type { PooledWorker } from './PooledWorker.js';
import { SentModules } from './SentModules.js';
import { WorkerInstance } from './WorkerInstance.js';
import type { WorkerLimits } from './WorkerLimits.js';
import { WorkerLink } from './WorkerLink.js';
import { WorkerPool } from './WorkerPool.js';
import type { WorkerPorts } from './WorkerPorts.js';

/**
 * A worker that has missed its deadline gets this time to end its resources without waiting: short compared with 2 s, and long enough on a
 * busy machine.
 */
const HURRY_MS = 250;

/** Runs each version of a plugin in a worker of its own. */
export function workerHost(
  limits: WorkerLimits,
  hasStackTraces: boolean,
  ports: WorkerPorts,
): InstanceHost {
  const pool = new WorkerPool(limits, hasStackTraces, ports);
  return {
    open: (environment, code, version) => new VersionInWorker(pool, environment, code, version),
    close: () => pool.close(),
  };
}

/** One version and its worker, from before LOAD to the end. */
class VersionInWorker implements UnloadedInstance {
  readonly #plugin: string;
  readonly #sent: SentModules;
  /** Set when a worker was asked for. */
  #taken: Promise<E.Either<ReloadError, PooledWorker>> | undefined;
  /** Undefined until the pool has given one. */
  #worker: PooledWorker | undefined;
  /** Set when the load begins. */
  #link: WorkerLink | undefined;
  /** `dispose` may be called while the pool still starts the worker: then the worker is ended as soon as it comes. */
  #isDisposed = false;
  /** Ends the turn to start a thread, if this version has one. */
  #endTurn = (): void => undefined;
  readonly #turnEnd = new Promise<void>((resolve) => {
    this.#endTurn = resolve;
  });
  /** Why the worker ended when nobody asked it to. */
  #crash: Crashed | undefined;
  /** Called on a crash. Undefined until COMMIT: before, the stage that the crash interrupts reports it. */
  #onCrash: ((error: Crashed) => void) | undefined;

  constructor(
    readonly pool: WorkerPool,
    readonly environment: InstanceEnvironment,
    readonly code: PluginCode,
    readonly version: number,
  ) {
    this.#plugin = code.manifest.manifest.name;
    this.#sent = new SentModules(environment, code);
  }

  async turn(onWait?: OnWait): Promise<void> {
    // The spare is this version's from now on.
    if (this.pool.hasSpare) void this.#takeWorker();
    else await this.pool.startTurn(this.#turnEnd, onWait);
  }

  async ready(): Promise<void> {
    try {
      const taken = await this.#takeWorker();
      if (E.isRight(taken)) await taken.right.thread.started;
    } finally {
      this.#endTurn();
    }
  }

  async load(): Promise<E.Either<ReloadError, PluginInstance>> {
    const { code, version } = this;
    const { exports } = code.manifest.manifest;
    const taken = await this.#takeWorker();
    if (E.isLeft(taken)) return taken;
    const worker = taken.right;
    const { clock } = this.pool.ports;
    const onNotice = (notice: object) => this.#onNotice(notice);
    const link = new WorkerLink(worker.thread, this.#plugin, onNotice, clock);
    this.#link = link;
    worker.use({
      answer: (question) => this.#sent.answer(question),
      onOver: (reason) => this.#onOver(reason),
    });
    // A package that the worker preloaded may have ended the worker before it had a user to tell.
    if (worker.isOver) this.#onOver('its worker ended before it was used');
    try {
      const modules = this.#sent.takeUnsent().map((module) => worker.withoutPreloaded(module));
      const order = { plugin: this.#plugin, version, entry: code.graph.entry, exports, modules };
      const loaded = exportsOf(await link.request({ kind: 'load', order }));
      worker.thread.holdsProcess(true);
      this.pool.prepareSpare(this.#sent.preload());
      return E.right(
        new WorkerInstance(link, exports, loaded, {
          dispose: (overdue) => this.dispose(overdue),
          crash: () => this.#crash,
          supervise: (onCrash) => this.#supervise(worker, onCrash),
        }),
      );
    } catch (error) {
      if (this.#crash !== undefined) return E.left(this.#crash);
      const { root } = this.environment;
      return E.left(loadFailure(this.#plugin, root, code.graph, error));
    }
  }

  async dispose(overdue: AbortSignal): Promise<readonly unknown[]> {
    this.#isDisposed = true;
    this.#endTurn();
    const [worker, link] = [this.#worker, this.#link];
    if (worker === undefined || worker.isOver) return [];
    if (link === undefined) {
      worker.terminate();
      return [];
    }
    worker.stopServing();
    try {
      // A plugin that hangs would not answer `dispose` either.
      if (link.openRequestsCount > 0 || this.pool.isSilent(worker)) return [];
      const hurry = () => {
        link.send({ kind: 'hurry' });
        this.pool.ports.clock.later(HURRY_MS, () => worker.terminate());
      };
      overdue.addEventListener('abort', hurry, { once: true });
      const answer = await link.request({ kind: 'dispose' });
      return Array.isArray(answer) ? answer.filter(isEncodedThrown).map(decodeThrown) : [];
    } catch {
      // The worker died during its disposal: it is gone, as was wanted.
      return [];
    } finally {
      worker.terminate();
    }
  }

  #takeWorker(): Promise<E.Either<ReloadError, PooledWorker>> {
    this.#taken ??= this.pool.take().then(
      (worker) => {
        this.#worker = worker;
        if (this.#isDisposed) worker.terminate();
        return E.right(worker);
      },
      (error: unknown) => E.left(threadNotStarted(this.#plugin, error)),
    );
    return this.#taken;
  }

  #supervise(worker: PooledWorker, onCrash: (error: Crashed) => void): void {
    worker.startServing();
    this.#onCrash = onCrash;
  }

  /** Calls another plugin for this one, and sends the answer. */
  async #passOn(notice: object): Promise<void> {
    const call = callOf(notice);
    if (call === undefined) return;
    const { id, plugin, fn, args } = call;
    const answer = (how: number, value: unknown) =>
      this.#link?.send({ kind: 'called', id, how, value });
    const { talk = noTalk } = this.environment;
    try {
      const value = await talk.call(plugin, fn, args);
      try {
        answer(answers.returned, cloneToSend(value));
      } catch (error) {
        throw notCloneable({ plugin, fn, what: 'its result', value, error });
      }
    } catch (error) {
      answer(answers.threw, encodeThrown(error));
    }
  }

  #onOver(reason: string | undefined): void {
    const plugin = this.#plugin;
    if (reason === undefined) {
      const message = `${plugin}: the version that ran the call was replaced or ended before it answered.`;
      return this.#link?.end(new PluginCallError('Aborted', plugin, message));
    }
    this.#crash = crashed(plugin, reason);
    this.#link?.end(new PluginCallError('Crashed', plugin, this.#crash.message));
    this.#onCrash?.(this.#crash);
  }

  #onNotice(notice: object): void {
    if (!('kind' in notice)) return;
    if (notice.kind === 'reported' && 'error' in notice && isEncodedThrown(notice.error)) {
      const reason = `a timer or listener threw: ${messageOf(decodeThrown(notice.error))}`;
      this.environment.report(crashed(this.#plugin, reason));
    }
    if (notice.kind === 'emitted' && 'name' in notice && typeof notice.name === 'string') {
      const { name } = notice;
      const payload = 'payload' in notice ? notice.payload : undefined;
      const [plugin, version] = [this.#plugin, this.version];
      if (!this.#isDisposed) this.environment.talk?.emit({ plugin, version, name, payload });
    }
    if (notice.kind === 'calls') void this.#passOn(notice);
    if (notice.kind === 'wantsFile' && 'path' in notice && typeof notice.path === 'string') {
      void this.#sent.add(notice.path).then((files) => this.#link?.send({ kind: 'added', files }));
    }
  }
}

/** A call of another plugin, as a worker asks for it. A plugin shares its thread with what sends it, so it is checked. */
function callOf(notice: object) {
  if (!('id' in notice && 'plugin' in notice && 'fn' in notice && 'args' in notice))
    return undefined;
  const { id, plugin, fn } = notice;
  const args: readonly unknown[] | undefined = Array.isArray(notice.args) ? notice.args : undefined;
  if (typeof id !== 'number' || typeof plugin !== 'string' || typeof fn !== 'string')
    return undefined;
  return args && { id, plugin, fn, args };
}

/** The worker's answer to `load`. A plugin shares its thread with what sends it, so it is checked. */
function exportsOf(answer: unknown): LoadedExports {
  if (typeof answer === 'object' && answer !== null) {
    const exportNames = 'exportNames' in answer ? textsOf(answer.exportNames) : [];
    const functionNames = 'functionNames' in answer ? textsOf(answer.functionNames) : [];
    return { exportNames, functionNames };
  }
  return { exportNames: [], functionNames: [] };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
