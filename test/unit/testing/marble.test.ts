import { expect, it } from 'vitest';
import { marble } from '../../../src/testing/marble.js';

it('refuses a test that waits: what it expects later would never be compared', () => {
  const test = marble(async ({ cold, expectObservable }) => {
    await Promise.resolve();
    expectObservable(cold('a|')).toBe('b|');
  });

  expect(test).toThrow('marble: the test returned a promise');
});

it('compares what a test expects', () => {
  const test = marble(({ cold, expectObservable }) => {
    expectObservable(cold('a|')).toBe('b|');
  });

  expect(test).toThrow();
});
