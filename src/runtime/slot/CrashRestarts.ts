import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { BreakerStateName } from '../../model/reload/ReloadEvent.js';
import { monotonicMs } from '../../modules/adapters/monotonicMs.js';
import type { CallGate } from '../calls/CallGate.js';
import { PluginCallError } from '../calls/PluginCallError.js';
import type { Probation } from '../calls/Probation.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import type { RuntimeEnvironment } from '../environment/RuntimeEnvironment.js';
import { CrashPolicy } from './CrashPolicy.js';

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
