import { EMPTY, NEVER } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, it } from 'vitest';
import type { ReloadError } from '../src/model/reload/ReloadError.js';
import { untilCommit } from '../src/sinks/effects/untilCommit.js';

const late: ReloadError = { _tag: 'Aborted', plugin: 'a', message: 'late' };
const scheduler = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

it.each([
  // work,           COMMIT,      result with a deadline of 5
  ['---a--|', '-------', '---a--|'],
  ['---a----b|', '-------', '---a----b|'],
  ['-------a|', '-------', '-----#'],
  ['-------a|', '---c---', '-------a|'],
  ['-------a|', '------c', '-----#'],
  ['-------#', '---c---', '-------#'],
  ['--#', '-------', '--#'],
  ['-------a|', 'c------', '-------a|'],
])('the work %s with its COMMIT at %s is %s', (work, commit, expected) => {
  scheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
    const commit$ = hot(commit);
    const work$ = cold(work, undefined, late);
    const result$ = work$.pipe(untilCommit(5, commit$, () => late, undefined));
    expectObservable(result$).toBe(expected, undefined, late);
    const length = expected.replace('|', '!').replace('#', '!').indexOf('!');
    expectSubscriptions(work$.subscriptions).toBe(`^${'-'.repeat(length - 1)}!`);
    expectSubscriptions(commit$.subscriptions).toBe(`^${'-'.repeat(length - 1)}!`);
  });
});

it('waits for ever where the deadline is longer than a timer can hold', () => {
  scheduler().run(({ expectObservable }) => {
    const result$ = NEVER.pipe(untilCommit(Infinity, EMPTY, () => late, undefined));
    expectObservable(result$, '^---------!').toBe('----------');
  });
});
