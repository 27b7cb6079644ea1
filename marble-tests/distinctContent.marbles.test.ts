import { map, of, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { distinctContent } from '../src/operators/distinctContent.js';
import { marble } from './support/marble.js';

/** 'a' and 'A' have the same content. */
const lower = (value: string): string => value.toLowerCase();
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('distinctContent', () => {
  marble('drops a value with the content of the last one', (m) => {
    const source = m.hot('   -a-A-b---B-a-|');
    const expected = '       -a---b-----a-|';
    const subs = '           ^------------!';

    m.expectObservable(source.pipe(distinctContent(lower))).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  });

  marble('compares bytes', (m) => {
    const source = m.hot('   -a-b-c-d-e-|');
    const contents: Record<string, number[]> = { a: [1, 2], b: [1, 2], c: [1, 3], d: [1], e: [] };
    const expected = '       -a---c-d-e-|';

    const result = source.pipe(distinctContent((v) => Uint8Array.from(contents[v] ?? [])));

    m.expectObservable(result).toBe(expected);
  });

  marble('compares with the last value of the same key', (m) => {
    const source = m.hot('   -a-b-A-B-a-|');
    const expected = '       -a-b-------|';

    const result = source.pipe(distinctContent(() => 'same', { key: lower }));

    m.expectObservable(result).toBe(expected);
  });

  marble('asks for one content after the other', (m) => {
    const source = m.hot('   -a-A-b-------|');
    const read = m.cold('     ---c|');
    const expected = '       ----a-----b--|';
    const reads = [
      '                      -^--!',
      '                      ----^--!',
      '                      -------^--!',
    ];

    const result = source.pipe(distinctContent((v) => read.pipe(map(() => lower(v)))));

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(read.subscriptions).toBe(reads);
  });

  marble('uses the first of several contents', (m) => {
    const source = m.hot('   -a--A--|');
    const read = m.cold('     xy|');
    const expected = '       -a-----|';

    m.expectObservable(source.pipe(distinctContent(() => read))).toBe(expected);
  });

  marble('completes when the source has and the last content is known', (m) => {
    const source = m.hot('   -a|');
    const read = m.cold('     ---c|');
    const expected = '       ----(a|)';

    m.expectObservable(source.pipe(distinctContent(() => read))).toBe(expected);
  });

  marble('passes a value without content, and forgets the last one', (m) => {
    const source = m.hot('   -a-x-a-x-y-|');
    const expected = '       -a-x-a-x-y-|';

    const known = (v: string) => (v === 'a' ? 'a' : undefined);

    m.expectObservable(source.pipe(distinctContent(known))).toBe(expected);
    m.expectObservable(source.pipe(distinctContent((v) => (v === 'a' ? of('a') : of())))).toBe(
      expected,
    );
  });

  marble('passes on an error of the source at once', (m) => {
    const source = m.hot('   -a-#');
    const read = m.cold('     ------c|');
    const expected = '       ---#';
    const reads = '          -^-!';

    m.expectObservable(source.pipe(distinctContent(() => read))).toBe(expected);
    m.expectSubscriptions(read.subscriptions).toBe(reads);
  });

  marble('passes on an error of a content, and unsubscribes from the source', (m) => {
    const source = m.hot('   -a-b-|');
    const read = m.cold('     -#');
    const expected = '       --#';
    const subs = '           ^-!';

    m.expectObservable(source.pipe(distinctContent(() => read))).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  });

  marble('ends with what content or key throws', (m) => {
    const boom = new Error('boom');
    const refuse = () => {
      throw boom;
    };
    const source = m.hot('   -a-|');
    const expected = '       -#';

    const byContent = source.pipe(distinctContent(refuse));
    const byKey = source.pipe(distinctContent(lower, { key: refuse }));

    m.expectObservable(byContent).toBe(expected, undefined, boom);
    m.expectObservable(byKey).toBe(expected, undefined, boom);
  });

  marble('stops the content it awaits when unsubscribed', (m) => {
    const source = m.hot('   -a-b----|');
    const read = m.cold('     ----c|');
    const unsub = '          ---!';
    const expected = '       ----';
    const reads = '          -^-!';

    m.expectObservable(source.pipe(distinctContent(() => read)), unsub).toBe(expected);
    m.expectSubscriptions(read.subscriptions).toBe(reads);
  });

  marble('keeps its last contents per subscription', (m) => {
    const source = m.hot('      -a-A--|');
    const late = '              --^';
    const expected = '          -a----|';
    const expectedLate = '      ---A--|';

    const result = source.pipe(distinctContent(lower));

    m.expectObservable(result).toBe(expected);
    m.expectObservable(result, late).toBe(expectedLate);
  });

  marble('compares values of one frame in order', (m) => {
    const source = m.hot('   -(aAbBa)-|');
    const expected = '       -(aba)---|';

    m.expectObservable(source.pipe(distinctContent(lower))).toBe(expected);
  });

  it('compares a value that its own reader pushes', () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    source.pipe(distinctContent((n) => String(n >> 1))).subscribe((n) => {
      seen.push(n);
      if (n < 6) source.next(n + 1);
      if (n < 6) source.next(n + 2);
    });

    source.next(0);

    expect(seen.slice(0, 4)).toEqual([0, 2, 4, 6]);
  });

  it('keeps a copy, so a buffer can be used again', () => {
    const buffer = new Uint8Array(1);
    const seen: string[] = [];
    const read = (v: string): Uint8Array => {
      buffer.set(bytes(v));
      return buffer;
    };

    of('a', 'b', 'b', 'a')
      .pipe(distinctContent(read))
      .subscribe((v) => seen.push(v));

    expect(seen).toEqual(['a', 'b', 'a']);
  });

  it('forgets the key unseen for longest, and passes its next value', () => {
    const seen: string[] = [];
    of('a', 'b', 'a', 'c', 'a', 'b')
      .pipe(distinctContent(() => 'same', { key: lower, maxKeyCount: 2 }))
      .subscribe((v) => seen.push(v));

    expect(seen).toEqual(['a', 'b', 'c', 'b']);
  });

  it.each([
    [0, 'less than 1'],
    [-1, 'less than 1'],
    [1.5, 'not a whole number of at least 1'],
    [NaN, 'not a number of at least 1'],
  ])('throws for maxKeyCount %d when the operator is called', (maxKeyCount, why) => {
    expect(() => distinctContent(lower, { maxKeyCount })).toThrow(
      new RangeError(`distinctContent: maxKeyCount (${maxKeyCount}) is ${why}`),
    );
  });
});
