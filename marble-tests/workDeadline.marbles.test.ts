import { NEVER } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, it } from 'vitest';
import type { ReloadError } from '../src/model/reload/ReloadError.js';
import { WorkDeadline } from '../src/sinks/effects/WorkDeadline.js';

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
    const deadline = new WorkDeadline(5);
    hot(commit).subscribe(deadline.onCommit);
    const work$ = cold(work, undefined, late);
    const result$ = work$.pipe(deadline.limit(() => late));
    expectObservable(result$).toBe(expected, undefined, late);
    const length = expected.replace('|', '!').replace('#', '!').indexOf('!');
    expectSubscriptions(work$.subscriptions).toBe(`^${'-'.repeat(length - 1)}!`);
  });
});

it('waits for ever where the deadline is longer than a timer can hold', () => {
  scheduler().run(({ expectObservable }) => {
    const result$ = NEVER.pipe(new WorkDeadline(Infinity).limit(() => late));
    expectObservable(result$, '^---------!').toBe('----------');
  });
});
