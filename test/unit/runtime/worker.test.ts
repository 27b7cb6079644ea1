import { describe, expect, test } from 'vitest';
import { CrashPolicy } from '../../../src/runtime/slot/CrashRestarts.js';
import { Watchdog } from '../../../src/runtime/worker/host/Watchdog.js';
import { workerLimits } from '../../../src/runtime/worker/host/WorkerLimits.js';
import { cloneToSend, findUncloneable } from '../../../src/runtime/worker/wire/cloneable.js';
import {
  decodeThrown,
  encodeThrown,
  isEncodedThrown,
} from '../../../src/runtime/worker/wire/thrown.js';

const MIB = 1024 * 1024;

describe('CrashPolicy', () => {
  test('the first restart is immediate, the next ones wait longer and longer, then one per minute', () => {
    const policy = new CrashPolicy();
    const verdicts = Array.from({ length: 7 }, () => policy.crashed(50));
    expect(verdicts.map(({ delayMs }) => delayMs)).toEqual([0, 100, 200, 400, 800, 60_000, 60_000]);
    expect(verdicts.map(({ isOpen }) => isOpen)).toEqual([...Array(5).fill(false), true, true]);
  });

  test('ten seconds without a crash, or new code, start over', () => {
    const policy = new CrashPolicy();
    for (let i = 0; i < 6; i += 1) policy.crashed(i);
    policy.started(1_000);
    expect(policy.crashed(10_999)).toEqual({ delayMs: 60_000, isOpen: true });
    policy.started(20_000);
    expect(policy.crashed(30_000)).toEqual({ delayMs: 0, isOpen: false });
    expect(policy.crashed(30_001).delayMs).toBe(100);
    policy.forget();
    expect(policy.crashed(30_002).delayMs).toBe(0);
  });
});

describe('Watchdog', () => {
  const limits = workerLimits({
    heartbeatMs: 1_000,
    maxBufferBytes: 100 * MIB,
    maxHeapBytes: 110 * MIB,
  });
  const worker = (isServing = true) => ({ pulse: new Float64Array([1, 0, 0]), isServing });

  test('ends a silent worker after heartbeatMs of checks, when it serves', () => {
    const dog = new Watchdog(limits, 100);
    const [serving, loading] = [worker(), worker(false)];
    for (let i = 0; i < 10; i += 1) {
      expect(dog.check(serving, 0)).toBeUndefined();
      expect(dog.check(loading, 0)).toBeUndefined();
    }
    expect(dog.check(serving, 0)).toMatch(/no sign of life for 1000 ms/);
    expect(dog.check(loading, 0)).toBeUndefined();
  });

  test('each beat is a sign of life, and a thread that is still starting is not silent', () => {
    const dog = new Watchdog(limits, 100);
    const [alive, starting] = [worker(), { pulse: new Float64Array([0, 0]), isServing: true }];
    for (let i = 0; i < 50; i += 1) {
      if (i % 9 === 0) alive.pulse[0] = i + 2;
      expect(dog.check(alive, 0)).toBeUndefined();
      expect(dog.check(starting, 0)).toBeUndefined();
    }
    expect(dog.isSilent(starting)).toBe(false);
  });

  test('ends a worker with too many buffers, too large a heap, or that is silent while the process grows', () => {
    const dog = new Watchdog(limits, 100);
    const [buffers, heap, silent, beating] = [worker(), worker(), worker(false), worker()];
    heap.pulse[2] = 201 * MIB;
    expect(dog.check(heap, 0)).toMatch(/a heap of 201 MiB, and may have 110/);
    buffers.pulse[1] = 101 * MIB;
    expect(dog.check(buffers, 0)).toMatch(/holds 101 MiB of buffers, and may have 100 /);
    for (let i = 0; i < 5; i += 1) {
      beating.pulse[0] = i + 2;
      dog.check(silent, i * 20 * MIB);
      dog.check(beating, i * 20 * MIB);
    }
    beating.pulse[0] = 99;
    // A heap of 109 MiB and buffers of 99 MiB are within both limits.
    expect(dog.check(silent, 208 * MIB)).toBeUndefined();
    expect(dog.check(silent, 211 * MIB)).toMatch(/grew by 211 MiB/);
    expect(dog.check(beating, 211 * MIB)).toBeUndefined();
  });
});

describe('errors between threads', () => {
  const across = (thrown: unknown) => decodeThrown(structuredClone(encodeThrown(thrown)));

  test('an error that is its own cause arrives, with a chain of limited depth', () => {
    const error: Error & { cause?: unknown } = new Error('round');
    error.cause = error;
    let depth = 0;
    for (let at: unknown = across(error); at instanceof Error; at = at.cause) depth += 1;
    expect(depth).toBeGreaterThan(1);
    expect(depth).toBeLessThan(20);
  });

  test('a value that only resembles an encoded error is not accepted', () => {
    for (const value of [null, 1, {}, { kind: 'error' }, { kind: 'error', name: 1, message: '' }]) {
      expect(isEncodedThrown(value)).toBe(false);
    }
    expect(isEncodedThrown(encodeThrown(new AggregateError([1, new Error('x')])))).toBe(true);
  });

  test('no field of an error reaches a prototype', () => {
    const error = Object.defineProperty(new Error('x'), '__proto__', {
      value: { polluted: true },
      enumerable: true,
    });
    expect(Object.hasOwn(across(error) as object, 'polluted')).toBe(false);
    expect('polluted' in (across(error) as object)).toBe(false);
  });
});

test.each([
  [{ a: [1, { b: () => 1 }] }, { path: '.a[1].b', reason: 'a function' }],
  [new Map([['k', { s: Symbol('s') }]]), { path: '.get(k).s', reason: 'a symbol' }],
  [new Set([new WeakMap()]), { path: '.values()', reason: 'a WeakMap' }],
  [{ 'x-y': Promise.resolve() }, { path: '["x-y"]', reason: 'a Promise' }],
  [() => 1, { path: '', reason: 'a function' }],
  [{ fine: new Date() }, undefined],
])('findUncloneable(%o)', (value, found) => {
  expect(findUncloneable(value)).toEqual(found);
});

test('a large value is looked through for emitters only as far as 2,000 of its parts, before it is cloned', () => {
  let readsCount = 0;
  const large = {};
  for (let n = 0; n < 5_000; n += 1) {
    const get = () => {
      readsCount += 1;
      return n;
    };
    Object.defineProperty(large, `key${n}`, { enumerable: true, get });
  }
  cloneToSend(large);
  expect(readsCount).toBeLessThanOrEqual(7_000);
});

test.each([
  ['an array', (part: unknown) => [1, part]],
  ['a map, as a value', (part: unknown) => new Map([[1, part]])],
  ['a map, as a key', (part: unknown) => new Map([[part, 1]])],
  ['a set', (part: unknown) => new Set([part])],
  ['an object', (part: unknown) => ({ deep: { part } })],
])('an emitter is found in %s', (_where, around) => {
  expect(() => cloneToSend(around(new EventTarget()))).toThrow(/emitter/);
  expect(cloneToSend(around('text'))).toEqual(around('text'));
});
