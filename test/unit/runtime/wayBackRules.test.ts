import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { consecutive } from '../../../src/policies/breaker/consecutive.js';
import { PluginCallError } from '../../../src/runtime/calls/PluginCallError.js';
import { Probation } from '../../../src/runtime/calls/Probation.js';
import { type KeptState, stateToText } from '../../../src/runtime/protocol/KeptState.js';
import { takenBack } from '../../../src/runtime/recovery/takenBack.js';
import { CrashPolicy } from '../../../src/runtime/slot/CrashRestarts.js';
import type { PluginVersion, RejectedVersion } from '../../../src/runtime/slot/PluginVersion.js';
import {
  hostProbationRules,
  pluginProbationRules,
} from '../../../src/runtime/swap/probationRules.js';
import { isLeftBehind } from '../../../src/runtime/swap/swapToNewest.js';
import { codeOf } from './fakeVersion.js';

describe('the rules of a probation', () => {
  const manifest = { name: 'a', version: '1.0.0', source: './index.ts' };

  test('of a host are those that it names, three failures in a row by default', () => {
    const trip = consecutive(7);
    expect(hostProbationRules({})).toBeUndefined();
    expect(hostProbationRules({ probation: { forMs: 10, trip } })).toEqual({ forMs: 10, trip });
    expect(hostProbationRules({ probation: { forMs: 1 } })).toEqual({
      forMs: 1,
      trip: consecutive(3),
    });
    expect(hostProbationRules({ keepVersions: 0 })).toBeUndefined();
  });

  test.each([0, -1, 2_147_483_648, Number.NaN])('of %f ms are refused', (forMs) => {
    expect(() => hostProbationRules({ probation: { forMs } })).toThrow(
      /PluginRuntime: probation\.forMs/,
    );
  });

  test('need a version to go back to', () => {
    expect(() => hostProbationRules({ probation: { forMs: 10 }, keepVersions: 0 })).toThrow(
      'PluginRuntime: probation needs a version to go back to, and keepVersions is 0',
    );
    expect(hostProbationRules({ probation: { forMs: 10 }, keepVersions: 1 })).toMatchObject({
      forMs: 10,
    });
  });

  test('of a plugin override those of the host, each key by itself', () => {
    const host = { forMs: 10, trip: consecutive(7) };
    const own = (probation: { 'duration-ms': number; 'failure-count'?: number }) =>
      pluginProbationRules({ ...manifest, probation }, host);

    expect(pluginProbationRules(manifest, host)).toBe(host);
    expect(pluginProbationRules(manifest, undefined)).toBeUndefined();
    expect(own({ 'duration-ms': 0 })).toBeUndefined();
    expect(own({ 'duration-ms': 5 })).toEqual({ forMs: 5, trip: consecutive(7) });
    expect(own({ 'duration-ms': 5, 'failure-count': 2 })).toEqual({
      forMs: 5,
      trip: consecutive(2),
    });
    expect(own({ 'duration-ms': Number.MAX_SAFE_INTEGER })?.forMs).toBe(2_147_483_647);
    const alone = { ...manifest, probation: { 'duration-ms': 5 } };
    expect(pluginProbationRules(alone, undefined)).toEqual({ forMs: 5, trip: consecutive(3) });
  });
});

describe('a probation', () => {
  const start = (limit: number) => {
    const scheduler = new VirtualTimeScheduler(undefined, Number.POSITIVE_INFINITY);
    const log: string[] = [];
    const probation = new Probation('a', { forMs: 100, trip: consecutive(limit) }, scheduler, {
      failed: (reason) => log.push(reason),
      lasted: () => log.push(`lasted ${scheduler.now()}`),
    });
    return { probation, log, scheduler };
  };

  test('lasts until its end is told, and what fails meanwhile still counts', () => {
    const { probation, log, scheduler } = start(1);
    scheduler.flush();
    expect([log, probation.isOver]).toEqual([['lasted 100'], false]);
    probation.failed(new Error('late'), 'fn');
    expect([log.length, probation.isOver]).toEqual([2, true]);
    probation.fail('again');
    probation.failed(new Error('again'), 'fn');
    expect(log).toHaveLength(2);
  });

  test('that has ended tells nothing and leaves no timer', () => {
    const { probation, log, scheduler } = start(1);
    probation.end();
    expect(scheduler.actions.filter(({ closed }) => !closed)).toEqual([]);
    scheduler.flush();
    probation.failed(new Error('no'));
    probation.fail('no');
    expect(log).toEqual([]);
  });

  test('fails at once when it is told so', () => {
    const { probation, log, scheduler } = start(9);
    probation.fail('bad health');
    scheduler.flush();
    expect([log, probation.isOver]).toEqual([['bad health'], true]);
  });

  test('does not count the calls that the death of its worker ended, but those of others', () => {
    const { probation, log } = start(1);
    probation.failed(new PluginCallError('Crashed', 'a', 'died'), 'fn');
    expect(log).toEqual([]);
    probation.failed(new PluginCallError('Crashed', 'b', 'b died'), 'fn');
    expect(log).toHaveLength(1);
    const other = start(1);
    other.probation.failed(new PluginCallError('NotCloneable', 'a', 'a function'), 'fn');
    expect(other.log).toHaveLength(1);
  });
});

test('restarts come at once, then after 100, 200, 400 and 800 ms, and then one per minute, until one ran for ten seconds', () => {
  const policy = new CrashPolicy();
  const crashes = (runMs: number, count: number) =>
    Array.from({ length: count }, () => {
      policy.started(1_000);
      return policy.crashed(1_000 + runMs);
    });
  const soon = (delayMs: number) => ({ delayMs, isOpen: false });
  const late = { delayMs: 60_000, isOpen: true };

  expect(crashes(9_999, 7)).toEqual([...[0, 100, 200, 400, 800].map(soon), late, late]);
  expect(crashes(10_000, 2)).toEqual([soon(0), soon(0)]);
  // A start that fails has not run at all.
  expect([policy.crashed(50_000), policy.crashed(90_000)]).toEqual([soon(100), soon(200)]);
  policy.forget();
  expect(policy.crashed(99_000)).toEqual(soon(0));
});

test('a state is left behind when it is another one, or in another format', () => {
  const stateOf = (n: number, stateVersion: number): KeptState => {
    const text = stateToText({ n });
    if (text._tag === 'Left') throw new Error(text.left);
    return { ...text.right, stateVersion };
  };
  expect(isLeftBehind(undefined, undefined)).toBe(false);
  expect(isLeftBehind(undefined, stateOf(1, 1))).toBe(false);
  expect(isLeftBehind(stateOf(1, 1), undefined)).toBe(true);
  expect(isLeftBehind(stateOf(1, 1), stateOf(1, 1))).toBe(false);
  expect(isLeftBehind(stateOf(1, 1), stateOf(2, 1))).toBe(true);
  expect(isLeftBehind(stateOf(1, 1), stateOf(1, 2))).toBe(true);
});

test('what is on disk is not loaded again after a person went back from it, until they go to it', () => {
  const versionOf = (number: number): PluginVersion => {
    const code = codeOf({}, `code ${number}`);
    return { ...code, number, savedState: undefined };
  };
  const first = takenBack(undefined, versionOf(3), 2, 'slow');
  expect(first).toMatchObject({
    ...{ number: 3, codeHash: 'code 3', by: 'order', reason: 'slow' },
    tried: { plugin: 'a', fingerprint: 'code 3' },
  });
  // After a second order the files are still those of version 3.
  const second: RejectedVersion | undefined = takenBack(first, versionOf(2), 1, 'slower');
  expect(second).toBe(first);
  expect(takenBack(second, versionOf(1), 3, 'better')).toBeUndefined();
  expect(takenBack(undefined, versionOf(3), 3, 'same')).toBeUndefined();
});
