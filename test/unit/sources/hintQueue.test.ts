import { describe, expect, it } from 'vitest';
import { HintQueue } from '../../../src/sources/session/HintQueue.js';

/** All that can be followed now, as paths; `/` at the end: the whole directory. */
function taken(queue: HintQueue): string[] {
  const paths: string[] = [];
  for (let hint = queue.take(); hint !== undefined; hint = queue.take()) {
    paths.push(`${hint.dir}/${hint.name ?? ''}`);
  }
  return paths;
}

describe('hints', () => {
  it('that are few are followed at once, once each, the names of a directory before the whole', () => {
    const queue = new HintQueue(5);
    for (const name of ['a', null, 'b', 'a']) queue.add('/r', name);
    queue.add('/s', 'c');
    expect(queue.has('/r', 'b')).toBe(true);
    expect(queue.advance(100)).toBe(true);
    expect(queue.followedToMs).toBe(100);
    expect(taken(queue)).toEqual(['/r/a', '/r/b', '/r/', '/s/c']);
    expect(queue.isEmpty).toBe(true);
  });

  it('of a storm rest for a slice, and what was followed is known until the slice was complete', () => {
    const queue = new HintQueue(3);
    queue.advance(0);
    for (const name of ['a', 'b', 'c']) queue.add('/r', name);
    expect(queue.advance(10)).toBe(false);
    expect(queue.restsForMs(10)).toBe(15);
    expect(queue.advance(25)).toBe(true);
    expect(taken(queue)).toEqual([]);
    for (const name of ['c', 'd', 'e']) queue.add('/r', name);
    expect(queue.advance(40)).toBe(false);
    expect(queue.advance(52)).toBe(true);
    // What came from 25 to 52 waits.
    expect(queue.followedToMs).toBe(25);
    expect(taken(queue)).toEqual(['/r/a', '/r/b', '/r/c']);
    expect(queue.isEmpty).toBe(false);
    expect(queue.advance(80)).toBe(true);
    expect(queue.followedToMs).toBe(80);
    expect(taken(queue)).toEqual(['/r/c', '/r/d', '/r/e']);
    expect(queue.isEmpty).toBe(true);
  });

  it('count together for a directory, so that it can be listed when many of its names are followed', () => {
    const queue = new HintQueue(3);
    for (const name of ['a', 'b']) queue.add('/r', name);
    queue.advance(0);
    expect([queue.take()?.nameCount, queue.take()?.nameCount]).toEqual([2, 2]);
  });
});
