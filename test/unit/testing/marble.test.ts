import { expect, it } from 'vitest';
import { marble } from '../../../src/testing/marble.js';

it('refuses an async test, whose later expectations would never be compared', () => {
  const test = marble(async ({ cold, expectObservable }) => {
    await Promise.resolve();
    expectObservable(cold('a|')).toBe('b|');
  });

  expect(test).toThrow('marble: the test returned a promise');
});

it('fails when an expectation is not met', () => {
  const test = marble(({ cold, expectObservable }) => {
    expectObservable(cold('a|')).toBe('b|');
  });

  expect(test).toThrow();
});
