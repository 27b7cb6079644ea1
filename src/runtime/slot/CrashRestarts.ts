import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { BreakerStateName } from '../../model/reload/ReloadEvent.js';
import { monotonicMs } from '../../modules/adapters/clock.js';
import { exponential } from '../../policies/backoff/exponential.js';
import type { CallGate } from '../calls/CallGate.js';
import { PluginCallError } from '../calls/PluginCallError.js';
import type { Probation } from '../calls/Probation.js';
import type { RuntimeEnvironment } from '../environment/RuntimeEnvironment.js';
import type { PluginInstance } from '../instances/PluginInstance.js';

/** As much of a plugin's slot as a restart needs. */
export interface Restartable {
  readonly name: string;
  readonly gate: CallGate;
  readonly environment: Pick<RuntimeEnvironment, 'scheduler' | 'report' | 'tell'>;
  readonly version: number;
  readonly probation: Pick<Probation, 'fail' | 'failed'> | undefined;
  isServing(instance: PluginInstance): boolean;
  /** A fresh instance of what serves, one piece of work at a time; nothing when `instance` does not serve any more. */
  restartInstance(instance: PluginInstance): Promise<E.Either<ReloadError, void>>;
}

/** Starts a plugin again whose worker died. Calls wait meanwhile, unless it dies again and again: then they are refused. */
export class CrashRestarts {
  readonly #policy = new CrashPolicy();
  #timer: ReturnType<SchedulerLike['schedule']> | undefined;
  #version = 0;
  /** Open: calls are refused. */
  #breaker: BreakerStateName = 'closed';

  constructor(readonly plugin: Restartable) {}

  /** In the turn of COMMIT. */
  watch(instance: PluginInstance): void {
    this.#cancel();
    this.#tell('closed', 'it serves again');
    if (this.plugin.version !== this.#version) this.#policy.forget();
    this.#version = this.plugin.version;
    this.#policy.started(monotonicMs());
    instance.supervise?.((error) => this.#onCrash(instance, error));
  }

  /** Nothing serves any more: what is due is called off. */
  end(): void {
    this.#cancel();
    this.#tell('closed', 'it was unloaded');
  }

  #cancel(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
  }

  #onCrash(instance: PluginInstance, error: ReloadError): void {
    const { plugin } = this;
    const { environment, gate, name } = plugin;
    if (!plugin.isServing(instance)) return;
    environment.report(error);
    const { delayMs, isOpen } = this.#policy.crashed(monotonicMs());
    // First of all, so that a rollback comes before the restart; the version before is better than none for a minute.
    if (isOpen) plugin.probation?.fail(error.message);
    else plugin.probation?.failed(error.message);
    if (!isOpen) gate.hold();
    else {
      const retryAtMs = environment.scheduler.now() + delayMs;
      this.#tell('open', `it crashed again and again: ${error.message}`, retryAtMs);
      gate.serve(refuseAll(name, error.message, delayMs));
    }
    this.#cancel();
    this.#timer = environment.scheduler.schedule(() => void this.#restart(instance), delayMs);
  }

  async #restart(instance: PluginInstance): Promise<void> {
    const { plugin } = this;
    if (this.#breaker === 'open') this.#tell('half-open', 'it is started again');
    const restarted = await plugin.restartInstance(instance);
    if (E.isRight(restarted)) return;
    if (restarted.left._tag !== 'Aborted') this.#onCrash(instance, restarted.left);
  }

  #tell(to: BreakerStateName, reason: string, retryAtMs: number | null = null): void {
    const from = this.#breaker;
    if (from === to) return;
    this.#breaker = to;
    const { environment, name } = this.plugin;
    environment.tell({ _tag: 'BreakerChanged', plugin: name, from, to, reason, retryAtMs });
  }
}

function refuseAll(plugin: string, reason: string, retryAfterMs: number) {
  const message = `${reason} It is started again in ${retryAfterMs} ms at the latest, or when its files change.`;
  const refuse = () => Promise.reject(new PluginCallError('Crashed', plugin, message));
  return { callable: () => refuse };
}

/** What to do about a crash: start again after `delayMs`; `isOpen`: calls are refused until then, for it crashes again and again. */
export interface CrashVerdict {
  readonly delayMs: number;
  readonly isOpen: boolean;
}

const MAX_RESTARTS_COUNT = 5;
const CALM_MS = 10_000;
const OPEN_FOR_MS = 60_000;
const delay = exponential({ initialMs: 100, maxMs: 30_000 });

/**
 * Restarts with backoff and a breaker: the first at once, the next after 100, 200, 400 and 800 ms, and then one try a minute. A version
 * that ran for ten seconds starts over.
 *
 * @source The limit on restarts of a supervisor: https://www.erlang.org/doc/system/sup_princ.html#maximum-restart-intensity
 */
export class CrashPolicy {
  #crashes = 0;
  /** Undefined: it has not run since its last crash. */
  #startedAtMs: number | undefined;

  started(nowMs: number): void {
    this.#startedAtMs = nowMs;
  }

  crashed(nowMs: number): CrashVerdict {
    const ranMs = nowMs - (this.#startedAtMs ?? nowMs);
    this.#startedAtMs = undefined;
    this.#crashes = ranMs >= CALM_MS ? 1 : this.#crashes + 1;
    if (this.#crashes === 1) return { delayMs: 0, isOpen: false };
    if (this.#crashes > MAX_RESTARTS_COUNT) return { delayMs: OPEN_FOR_MS, isOpen: true };
    return { delayMs: delay(this.#crashes - 1), isOpen: false };
  }

  /** New code is no reason to remember what the old did. */
  forget(): void {
    this.#crashes = 0;
  }
}
