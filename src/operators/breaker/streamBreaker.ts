import { asyncScheduler, BehaviorSubject, type SchedulerLike, Subject } from 'rxjs';
import type { BreakerStateName } from '../../model/reload/ReloadEvent.js';
import type { BreakerMachine } from '../../policies/breaker/Breaker.js';
import type { BreakerTransition } from '../../policies/breaker/BreakerTransition.js';
import { breakerMachine } from '../../policies/breaker/breakerMachine.js';
import { type BreakerRules, breakerRules } from '../../policies/breaker/breakerRules.js';
import { decodeBreakerSnapshot } from '../../policies/breaker/breakerSnapshot.js';
import type { CircuitBreaker } from './CircuitBreaker.js';
import type { CircuitBreakerConfig } from './CircuitBreakerConfig.js';

/** The parts of a breaker that `circuitBreak` needs. Plain fields: a getter would slow down every attempt. */
export interface Guard {
  readonly machine: BreakerMachine;
  readonly rules: BreakerRules;
  readonly scheduler: SchedulerLike;
  readonly isShadow: boolean;
  readonly classify: CircuitBreakerConfig['classify'];
}

/** The breaker that `createCircuitBreaker` makes: the state machine and its streams. */
export interface StreamBreaker extends CircuitBreaker {
  readonly guard: Guard;
}

export function streamBreaker(config: CircuitBreakerConfig): StreamBreaker {
  const { scheduler = asyncScheduler, classify, mode } = config;
  const rules = breakerRules(config, () => scheduler.now());
  const state$ = new BehaviorSubject<BreakerStateName>('closed');
  const transition$ = new Subject<BreakerTransition>();
  /**
   * Transitions that are still to be emitted. When a listener changes the state, that transition is queued here, so
   * that every reader gets all of them in order.
   */
  const pending: BreakerTransition[] = [];

  const emit = (transition: BreakerTransition): void => {
    if (pending.push(transition) > 1) return;
    for (const next of pending) {
      state$.next(next.to);
      transition$.next(next);
    }
    pending.length = 0;
  };

  const machine = breakerMachine(rules, emit);
  const { snapshot, reset, isolate, probeNow } = machine;
  return {
    name: rules.name,
    guard: { machine, rules, scheduler, isShadow: mode === 'shadow', classify },
    state$: state$.asObservable(),
    transition$: transition$.asObservable(),
    get state() {
      return machine.state();
    },
    snapshot,
    reset,
    isolate,
    probeNow,
    restore(from) {
      const decoded = decodeBreakerSnapshot(rules.name, from);
      if (decoded._tag === 'Left') return decoded;
      machine.load(decoded.right);
      return { _tag: 'Right', right: undefined };
    },
  };
}

/** Returns the given breaker, or makes one from the given options. */
export function resolveBreaker(
  owner: string,
  breaker: CircuitBreaker | CircuitBreakerConfig,
): StreamBreaker {
  if (!('state$' in breaker)) return streamBreaker(breaker);
  if (isOurs(breaker)) return breaker;
  throw new TypeError(`${owner}: breaker is not made by createCircuitBreaker or breakers`);
}

function isOurs(breaker: CircuitBreaker): breaker is StreamBreaker {
  return 'guard' in breaker;
}
