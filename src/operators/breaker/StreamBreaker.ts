import type { Either } from 'fp-ts/lib/Either.js';
import { asyncScheduler, BehaviorSubject, Subject, type SchedulerLike } from 'rxjs';
import type { BreakerStateName } from '../../model/ReloadEvent.js';
import { BreakerMachine } from '../../policies/BreakerMachine.js';
import { decodeBreakerSnapshot } from '../../policies/breakerSnapshot.js';
import type { BreakerTransition } from '../../policies/BreakerTransition.js';
import { breakerRules } from '../../policies/breakerRules.js';
import type { CircuitBreaker } from './CircuitBreaker.js';
import type { CircuitBreakerConfig } from './CircuitBreakerConfig.js';

/** The breaker that `createCircuitBreaker` makes: the machine, its streams, and what `circuitBreak` needs to run it. */
export class StreamBreaker implements CircuitBreaker {
  readonly name: string;
  readonly machine: BreakerMachine;
  readonly scheduler: SchedulerLike;
  readonly isShadow: boolean;
  readonly classify: CircuitBreakerConfig['classify'];
  readonly probeTimeoutMs: number;
  readonly slowAfterMs: number;
  /** Whether an attempt may need a timer. */
  readonly isTimed: boolean;
  readonly #state$ = new BehaviorSubject<BreakerStateName>('closed');
  readonly #transition$ = new Subject<BreakerTransition>();
  readonly state$ = this.#state$.asObservable();
  readonly transition$ = this.#transition$.asObservable();
  readonly #untold: BreakerTransition[] = [];
  #isTelling = false;

  constructor(config: CircuitBreakerConfig) {
    this.scheduler = config.scheduler ?? asyncScheduler;
    const rules = breakerRules({ ...config, nowMs: () => this.scheduler.now() });
    this.machine = new BreakerMachine(rules, (transition) => this.#tell(transition));
    this.name = rules.name;
    this.isShadow = config.mode === 'shadow';
    this.classify = config.classify;
    this.probeTimeoutMs = rules.probeTimeoutMs;
    this.slowAfterMs = config.slow?.afterMs ?? Infinity;
    this.isTimed = this.probeTimeoutMs !== Infinity || this.slowAfterMs !== Infinity;
  }

  get state(): BreakerStateName {
    return this.machine.state;
  }

  snapshot(): unknown {
    return this.machine.dump();
  }

  restore(snapshot: unknown): Either<Error, void> {
    const decoded = decodeBreakerSnapshot(this.name, snapshot);
    if (decoded._tag === 'Left') return decoded;
    this.machine.load(decoded.right);
    return { _tag: 'Right', right: undefined };
  }

  reset(): void {
    this.machine.reset();
  }

  isolate(): () => void {
    return this.machine.isolate();
  }

  probeNow(): boolean {
    return this.machine.probeNow();
  }

  /** In order for every reader, also when one of them changes the state from inside a notification. */
  #tell(transition: BreakerTransition): void {
    this.#untold.push(transition);
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let next = this.#untold.shift(); next !== undefined; next = this.#untold.shift()) {
      this.#state$.next(next.to);
      this.#transition$.next(next);
    }
    this.#isTelling = false;
  }
}
