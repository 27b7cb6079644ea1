import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import {
  type CallFollower,
  CallGate,
  type CallOutcomes,
  type CallTarget,
  type EndedCall,
  type PluginFunction,
} from '../../../src/runtime/calls/CallGate.js';

/** A version that offers these functions. */
const offering = (functions: Readonly<Record<string, PluginFunction>>): CallTarget => ({
  callable: (name) => functions[name],
});

/** A version that answers each call of `say` with its name and the argument, and the order in which versions were called. */
function speakers(...names: readonly string[]) {
  const said: string[] = [];
  const [first = offering({}), second = offering({})] = names.map((name) =>
    offering({
      say: (word) => {
        said.push(`${name} ${String(word)}`);
        return name;
      },
    }),
  );
  return { said, first, second };
}

const turns = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

/** A call that ends when the test says so. */
function longCall() {
  let end: (value: unknown) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const answer = new Promise<unknown>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { target: offering({ run: () => answer }), end, fail };
}

/** Follows calls by a clock that the test sets. */
function follow(version = 3) {
  const calls: EndedCall[] = [];
  const clock = { nowMs: 0 };
  const follower: CallFollower = {
    nowMs: () => clock.nowMs,
    version: () => version,
    ended: (call) => calls.push(call),
  };
  return { calls, clock, follower };
}

describe('calls at a swap', () => {
  test('wait until a version serves, and then run in the order in which they came', async () => {
    const { said, first } = speakers('first');
    const gate = new CallGate('a');
    const calls = [1, 2, 3].map((word) => gate.call('say', [word]));
    await turns();
    expect(said).toEqual([]);
    gate.serve(first);
    calls.push(gate.call('say', [4]));

    expect(await Promise.all(calls)).toEqual(Array(4).fill('first'));
    expect(said).toEqual(['first 1', 'first 2', 'first 3', 'first 4']);
  });

  test('go to the version that serves in the end, whether the swap ended well or not', async () => {
    const { said, first, second } = speakers('first', 'second');
    const gate = new CallGate('a');
    gate.serve(first);
    gate.close();
    const [stays] = [gate.call('say', [1])];
    gate.open();
    gate.close();
    const [goes] = [gate.call('say', [2])];
    expect(said).toEqual(['first 1']);
    gate.serve(second);

    expect(await Promise.all([stays, goes])).toEqual(['first', 'second']);
  });

  test('wait behind the older ones when they are made by one of these', async () => {
    const order: string[] = [];
    const gate = new CallGate('a');
    const inner: Promise<unknown>[] = [];
    const target = offering({
      outer: (name) => {
        order.push(`outer ${String(name)}`);
        inner.push(gate.call('inner', [name]));
      },
      inner: (name) => order.push(`inner ${String(name)}`),
    });
    const outer = ['x', 'y'].map((name) => gate.call('outer', [name]));
    gate.serve(target);
    await Promise.all([...outer, ...inner]);

    expect(order).toEqual(['outer x', 'outer y', 'inner x', 'inner y']);
  });

  test('wait for another instance while what served is dead, and opening the gate does not send them into it', async () => {
    const { said, first, second } = speakers('dead', 'alive');
    const gate = new CallGate('a');
    gate.serve(first);
    gate.hold();
    const waits = gate.call('say', [1]);
    // A swap begins and fails meanwhile.
    gate.close();
    gate.open();
    await turns();
    expect(said).toEqual([]);
    gate.serve(second);

    expect(await waits).toBe('alive');
    expect(await gate.call('say', [2])).toBe('alive');
  });

  test('run in the context of their callers, whether they waited or not', async () => {
    const user = new AsyncLocalStorage<string>();
    const gate = new CallGate('a');
    const target = offering({
      who: () => {
        const name = user.getStore();
        // What a call enters stays out of the next one.
        user.enterWith('admin');
        return name;
      },
    });
    const waiting = ['x', 'y'].map((name) => user.run(name, () => gate.call('who', [])));
    gate.serve(target);
    const last = user.run('z', () => gate.call('who', []));

    expect(await Promise.all([...waiting, last])).toEqual(['x', 'y', 'z']);
  });
});

describe('what a call is answered', () => {
  test.each<[string, PluginFunction]>([
    ['a value', () => 'answer'],
    ['a promise', () => Promise.resolve('answer')],
    [
      'a promise of another library',
      () => ({ then: (resolve: (a: string) => void) => resolve('answer') }),
    ],
  ])('%s is its answer', async (_, run) => {
    const gate = new CallGate('a');
    gate.serve(offering({ run }));
    expect(await gate.call('run', [])).toBe('answer');
  });

  test.each<[string, PluginFunction]>([
    [
      'is thrown',
      () => {
        throw new RangeError('no');
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('no'))],
  ])('what %s reaches the caller', async (_, run) => {
    const gate = new CallGate('a');
    gate.serve(offering({ run }));
    await expect(gate.call('run', [])).rejects.toThrow(new RangeError('no'));
  });

  test('it is refused where no version serves, with the reason if there is one', async () => {
    const known: { reason?: { readonly message: string } } = {};
    const gate = new CallGate('a', () => known.reason);
    gate.serve(undefined);
    const refusal = { _tag: 'PluginNotFound', plugin: 'a' };
    const plain = new CallGate('a');
    plain.serve(undefined);

    const unloaded = { ...refusal, message: 'No plugin "a" is loaded.' };
    await expect(plain.call('run', [])).rejects.toMatchObject(unloaded);
    await expect(gate.call('run', [])).rejects.toMatchObject(unloaded);
    known.reason = { message: 'index.ts does not compile.' };
    await expect(gate.call('run', [])).rejects.toMatchObject({
      ...refusal,
      ...known.reason,
    });
  });

  test('it is refused where the version has no such function', async () => {
    const gate = new CallGate('a');
    gate.serve(offering({}));
    await expect(gate.call('run', [])).rejects.toMatchObject({
      _tag: 'ExportMissing',
      plugin: 'a',
      message:
        'The plugin "a" offers no function "run": export it, and name it in "exports" of its manifest.',
    });
  });
});

describe('first loads', () => {
  test('calls wait for all that are under way, and are refused when none of them serves', async () => {
    const gate = new CallGate('a');
    gate.serve(undefined);
    gate.await();
    gate.await();
    const settled: string[] = [];
    const call = gate.call('say', [1]).catch((error: unknown) => settled.push(String(error)));
    gate.endAwait();
    await turns();
    expect([settled.length, gate.isAwaited]).toEqual([0, true]);
    gate.endAwait();
    await call;

    expect([settled.length, gate.isAwaited]).toEqual([1, false]);
    await expect(gate.call('say', [2])).rejects.toMatchObject({ _tag: 'PluginNotFound' });
  });

  test('an end without a beginning changes nothing', async () => {
    const gate = new CallGate('a');
    gate.endAwait();
    gate.await();
    expect(gate.isAwaited).toBe(true);
    gate.endAwait();
    expect(gate.isAwaited).toBe(false);
  });

  test('a plugin that is unloaded meanwhile refuses calls at once', async () => {
    const gate = new CallGate('a');
    gate.await();
    const call = gate.call('say', [1]);
    gate.serve(undefined);

    await expect(call).rejects.toMatchObject({ _tag: 'PluginNotFound' });
    expect(gate.isAwaited).toBe(false);
  });

  test('where a version serves, another load of it makes no call wait', async () => {
    const { first } = speakers('first');
    const gate = new CallGate('a');
    gate.serve(first);
    gate.await();
    expect(gate.isAwaited).toBe(false);
    expect(await gate.call('say', [1])).toBe('first');
    // Also not the end of that load while a swap is under way: it does not open the gate.
    gate.close();
    let isAnswered = false;
    const waits = gate.call('say', [2]).finally(() => (isAnswered = true));
    gate.endAwait();
    await turns();
    expect(isAnswered).toBe(false);
    gate.open();
    await waits;
  });
});

describe('the calls of a version', () => {
  test('are over when the last one has ended, however it ended', async () => {
    const [one, two] = [longCall(), longCall()];
    const gate = new CallGate('a');
    gate.serve({ callable: (name) => (name === 'one' ? one : two).target.callable('run') });
    const calls = Promise.allSettled([gate.call('one', []), gate.call('two', [])]);
    let idle = 0;
    const waits = [gate.flight.idle(), gate.flight.idle()].map((wait) =>
      wait.then(() => (idle += 1)),
    );
    one.end(1);
    await turns();
    expect(idle).toBe(0);
    two.fail(new Error('no'));
    await Promise.all([calls, ...waits]);

    expect(idle).toBe(2);
    await gate.flight.idle();
  });

  test('do not hold up the next swap when they are left over in an older one', async () => {
    const { first } = speakers('first');
    const old = longCall();
    const gate = new CallGate('a');
    gate.serve(old.target);
    const left = gate.call('run', []);
    const { flight } = gate;
    gate.serve(first);
    await gate.flight.idle();
    let isIdle = false;
    const ended = flight.idle().then(() => (isIdle = true));
    await turns();
    expect(isIdle).toBe(false);
    old.end('late');

    expect([await left, await ended]).toEqual(['late', true]);
  });

  test('count where they started, each with its function', async () => {
    const counted: string[] = [];
    const counting = (name: string): CallOutcomes => ({
      succeeded: (fn) => counted.push(`${name}: ${fn} succeeded`),
      failed: (error, fn) => counted.push(`${name}: ${fn} failed, ${String(error)}`),
    });
    const old = longCall();
    const gate = new CallGate('a');
    gate.outcomes = counting('old');
    gate.serve(old.target);
    const left = gate.call('run', []);
    gate.outcomes = counting('new');
    gate.serve(offering({ ok: () => 1, bad: () => Promise.reject(new Error('no')) }));
    await Promise.allSettled([gate.call('ok', []), gate.call('bad', []), gate.call('absent', [])]);
    old.end(1);
    await left;

    expect(counted).toEqual([
      'new: ok succeeded',
      'new: bad failed, Error: no',
      'old: run succeeded',
    ]);
  });
});

describe('whoever follows calls', () => {
  test('is told each end, with the time that the call waited', async () => {
    const { calls, clock, follower } = follow();
    const gate = new CallGate('a', undefined, follower);
    const { target, end } = longCall();
    clock.nowMs = 100;
    const call = gate.call('run', []);
    clock.nowMs = 150;
    gate.serve(target);
    clock.nowMs = 180;
    end('done');

    expect(await call).toBe('done');
    expect(calls).toEqual([{ plugin: 'a', fn: 'run', version: 3, ms: 80, ok: true }]);
  });

  test('is told what a call rejected with, and that none served', async () => {
    const { calls, clock, follower } = follow();
    const gate = new CallGate('a', undefined, follower);
    const error = new Error('no');
    gate.serve(offering({ run: () => Promise.reject(error) }));
    clock.nowMs = 20;
    await expect(gate.call('run', [], 5)).rejects.toBe(error);
    gate.serve(undefined);
    await expect(gate.call('run', [])).rejects.toMatchObject({ _tag: 'PluginNotFound' });

    expect(calls).toEqual([
      { plugin: 'a', fn: 'run', version: 3, ms: 15, ok: false, error },
      { plugin: 'a', fn: 'run', version: 0, ms: 0, ok: false, error: expect.any(Error) },
    ]);
  });
});
