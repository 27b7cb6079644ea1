import type { SchedulerLike } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import {
  type CircuitBreakerConfig,
  createCircuitBreaker,
} from '../../../src/operators/createCircuitBreaker.js';
import type { BreakerTransition } from '../../../src/policies/breaker/BreakerTransition.js';
import { consecutive } from '../../../src/policies/breaker/consecutive.js';

/** A breaker on a clock that the test sets. Unless `config` says otherwise, it opens at the first failure, for 100 ms. */
export function breakerByHand(config: CircuitBreakerConfig = {}) {
  const clock = { nowMs: 1_000 };
  const virtual = new TestScheduler(() => {});
  const scheduler: SchedulerLike = {
    now: () => clock.nowMs,
    schedule: virtual.schedule.bind(virtual),
  };
  const breaker = createCircuitBreaker({
    trip: consecutive(1),
    openForMs: 100,
    ...config,
    scheduler,
  });
  const transitions: BreakerTransition[] = [];
  breaker.transition$.subscribe((transition) => transitions.push(transition));
  return { breaker, clock, transitions };
}
