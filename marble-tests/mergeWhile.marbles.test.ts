import { of, take, throwError } from 'rxjs';
import { describe } from 'vitest';
import { mergeWhile } from '../src/operators/chain/mergeWhile.js';
import { marble } from './support/marble.js';

describe('mergeWhile', () => {
  marble('merges what the other emits while the work lasts, and unsubscribes when it ends', (m) => {
    const work = m.cold('    --a----b--|');
    const reports = m.hot('  -r--s-t-----u-|');
    const expected = '       -ra-s-tb--|';
    const listened = '       ^---------!';

    m.expectObservable(work.pipe(mergeWhile(reports))).toBe(expected);
    m.expectSubscriptions(reports.subscriptions).toBe(listened);
  });

  marble('completes with the work, and not with the other', (m) => {
    const work = m.cold('    --a--|');
    const reports = m.cold(' r|');
    const expected = '       r-a--|';

    m.expectObservable(work.pipe(mergeWhile(reports))).toBe(expected);
    m.expectSubscriptions(work.subscriptions).toBe('^----!');
  });

  marble('fails with either of the two, and unsubscribes from the other', (m) => {
    const work = m.cold('    --a--#');
    const lasting = m.cold(' ------');
    const silent = m.cold('  ------');
    const failing = m.cold(' r--#');

    m.expectObservable(work.pipe(mergeWhile(lasting))).toBe('--a--#');
    m.expectSubscriptions(lasting.subscriptions).toBe('      ^----!');
    m.expectObservable(silent.pipe(mergeWhile(failing))).toBe('r--#');
    m.expectSubscriptions(silent.subscriptions).toBe('        ^--!');
  });

  marble('unsubscribes from both when its reader unsubscribes', (m) => {
    const work = m.cold('    --a-----b');
    const reports = m.cold(' r---s---t');

    m.expectObservable(work.pipe(mergeWhile(reports)), '^----!').toBe('r-a-s');
    m.expectSubscriptions(work.subscriptions).toBe('                  ^----!');
    m.expectSubscriptions(reports.subscriptions).toBe('               ^----!');
  });

  marble('does not start the work when the first value of the other has ended the reader', (m) => {
    const work = m.cold('a--|');

    m.expectObservable(work.pipe(mergeWhile(of('r')), take(1))).toBe('(r|)');
    m.expectObservable(work.pipe(mergeWhile(throwError(() => 'error')))).toBe('#');
    m.expectSubscriptions(work.subscriptions).toBe([]);
  });

  marble('merges what the other emits in the frame in which the work starts', (m) => {
    const work = m.cold('    (a|)');
    const reports = m.cold(' (rs|)');

    m.expectObservable(work.pipe(mergeWhile(reports))).toBe('(rsa|)');
  });
});
