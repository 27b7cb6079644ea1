import { NEVER, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { breakers } from '../src/operators/breakers.js';
import { circuitBreak } from '../src/operators/circuitBreak.js';
import type { CircuitBreaker } from '../src/operators/createCircuitBreaker.js';
import { consecutive } from '../src/policies/breaker/consecutive.js';
import { marble } from './support/marble.js';

const trip = consecutive(1);
const fail = (breaker: CircuitBreaker): void => {
  throwError(() => new Error('broken'))
    .pipe(circuitBreak(breaker))
    .subscribe({ error: () => {} });
};

describe('breakers', () => {
  marble('keeps a state per key', (m) => {
    const failing = m.hot('-x');
    const expectedA = '    co';
    const expectedB = '    c-';
    const family = breakers({ trip });
    const names = { c: 'closed', o: 'open' };

    m.expectObservable(family.for('a').state$).toBe(expectedA, names);
    m.expectObservable(family.for('b').state$).toBe(expectedB, names);
    failing.subscribe(() => fail(family.for('a')));
  });

  it('gives the same breaker for the same key, named by it', () => {
    const family = breakers({ name: 'plugin' });
    expect(family.for('a')).toBe(family.for('a'));
    expect(family.for('a').name).toBe('plugin:a');
    expect(breakers().for('a').name).toBe('a');
  });

  it('drops the closed breaker that was asked for longest ago', () => {
    const family = breakers({ maxCount: 2 });
    const [a, b] = [family.for('a'), family.for('b')];
    family.for('a');
    family.for('c');

    expect(family.for('a')).toBe(a);
    expect(family.for('b')).not.toBe(b);
  });

  it('never drops one that is open, half-open or isolated, and shrinks when they close', () => {
    const family = breakers({ trip, maxCount: 1, openForMs: 60_000 });
    const open = family.for('open');
    fail(open);
    const probing = family.for('probing');
    fail(probing);
    probing.probeNow();
    const probe = NEVER.pipe(circuitBreak(probing)).subscribe();
    const isolated = family.for('isolated');
    isolated.isolate();
    for (let i = 0; i < 100; i++) family.for(`closed ${i}`);

    expect(family.for('open')).toBe(open);
    expect(family.for('probing')).toBe(probing);
    expect(probing.state).toBe('half-open');
    expect(family.for('isolated')).toBe(isolated);

    probe.unsubscribe();
    for (const member of [open, probing, isolated]) member.reset();
    family.for('one more');
    expect(family.for('open')).not.toBe(open);
  });

  it('keeps the breaker that was just asked for, even when every other is open', () => {
    const family = breakers({ trip, maxCount: 1 });
    fail(family.for('open'));
    const last = family.for('last');
    expect(family.for('last')).toBe(last);
  });

  it('throws for options out of range when it is made, before the first key', () => {
    expect(() => breakers({ maxCount: 0 })).toThrow('breakers: maxCount (0) is less than 1');
    expect(() => breakers({ probeCount: 0 })).toThrow(
      'createCircuitBreaker: probeCount (0) is less than 1',
    );
  });
});
