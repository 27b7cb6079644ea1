import { Observable, Subject, Subscriber, Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ChainLink, type Downstream } from '../../../src/operators/chain/ChainLink.js';
import { KeyInput } from '../../../src/operators/keyed/KeyInput.js';
import { LinkedObserver } from '../../../src/operators/linked/LinkedObserver.js';

/** A link that passes on all that it gets. */
class Passing extends ChainLink<number> {
  constructor(downstream: Downstream<number>) {
    super(downstream);
  }

  next(value: number): void {
    this.downstream.next(value);
  }

  error(error: unknown): void {
    this.downstream.error(error);
  }

  complete(): void {
    this.downstream.complete();
  }
}

/** A reader, what it got, and how many teardowns it was given. */
function reader() {
  const seen: unknown[] = [];
  let adds = 0;
  const out = new Subscriber<number>({
    next: (value) => seen.push(value),
    error: (error: unknown) => seen.push(error),
    complete: () => seen.push('complete'),
  });
  const { add } = out;
  out.add = (teardown) => {
    adds += 1;
    add.call(out, teardown);
  };
  return { out, seen, adds: () => adds };
}

describe('a link between a source and its reader', () => {
  it('is torn down with its reader, and tears its source down, once', () => {
    const { out, seen, adds } = reader();
    const link = new Passing(out);
    let ends = 0;
    link.subscribeTo(
      new Observable((inner) => {
        inner.next(1);
        return () => (ends += 1);
      }),
    );
    expect([seen, adds(), link.closed]).toEqual([[1], 1, false]);
    out.unsubscribe();
    link.unsubscribe();
    expect([ends, link.closed]).toEqual([1, true]);
  });

  it('counts as closed as soon as its reader is', () => {
    const { out } = reader();
    const link = new Passing(out);
    out.unsubscribe();
    expect(link.closed).toBe(true);
  });

  it('registers with its reader once, however many teardowns it has', () => {
    const { out, adds } = reader();
    const link = new Passing(out);
    link.add(undefined);
    expect(adds()).toBe(0);
    for (let count = 0; count < 3; count += 1) link.add(new Subscription());
    link.subscribeTo(new Subject());
    expect(adds()).toBe(1);
  });

  it('does not register when it was closed before', () => {
    const { out, adds } = reader();
    const link = new Passing(out);
    link.unsubscribe();
    link.subscribeTo(new Subject());
    expect([adds(), link.closed, out.closed]).toEqual([0, true, false]);
  });

  it('ends all that was added: links above it, and others', () => {
    const { out } = reader();
    const link = new Passing(out);
    const ended: string[] = [];
    const [first, second] = [new Passing(link), new Passing(link)];
    first.add(() => void ended.push('first'));
    second.add(() => void ended.push('second'));
    link.add(() => void ended.push('function'));
    link.unsubscribe();
    expect(ended.sort()).toEqual(['first', 'function', 'second']);
  });

  it('ends the others also when the link above it throws as it ends', () => {
    const { out } = reader();
    const link = new Passing(out);
    const above = new Passing(link);
    above.unsubscribe = () => {
      throw new Error('odd');
    };
    link.add(above);
    let ends = 0;
    link.add(() => void (ends += 1));
    expect(() => link.unsubscribe()).toThrow('odd');
    expect(ends).toBe(1);
  });

  it('ends what is added after its end at once', () => {
    const { out } = reader();
    const link = new Passing(out);
    link.unsubscribe();
    let ends = 0;
    link.add(() => void (ends += 1));
    const above = new Passing(new Subscriber());
    link.add(above);
    expect([ends, above.closed]).toEqual([1, true]);
  });

  it('forgets what is removed, and nothing else', () => {
    const { out } = reader();
    const link = new Passing(out);
    const above = new Passing(new Subscriber());
    const [gone, stays] = [new Subscription(), new Subscription()];
    for (const teardown of [above, gone, stays]) link.add(teardown);
    link.remove(gone);
    link.unsubscribe();
    expect([above.closed, gone.closed, stays.closed]).toEqual([true, false, true]);

    const other = new Passing(reader().out);
    const removed = new Passing(new Subscriber());
    other.add(removed);
    other.remove(removed);
    other.remove(new Subscription());
    other.unsubscribe();
    expect(removed.closed).toBe(false);
  });
});

describe('an observer that is linked to its reader', () => {
  /** Passes values on; `end` says at which value it throws, and what it does at its end. */
  class Linked extends LinkedObserver<number, number> {
    completions = 0;

    constructor(
      out: Subscriber<number>,
      readonly end: { readonly value?: number; readonly complete?: 'throws' | 'waits' } = {},
    ) {
      super(out);
    }

    protected onNext(value: number): void {
      if (value === this.end.value) throw new Error(`threw at ${value}`);
      this.out.next(value);
    }

    protected onComplete(): void {
      this.completions += 1;
      if (this.end.complete === 'throws') throw new Error('threw at its end');
      if (this.end.complete === undefined) this.out.complete();
    }
  }

  it('passes on what comes before its end, and nothing after it', () => {
    const { out, seen } = reader();
    const linked = new Linked(out);
    linked.next(1);
    linked.complete();
    linked.next(2);
    linked.complete();
    linked.error(new Error('late'));
    expect([seen, linked.completions, linked.closed]).toEqual([[1, 'complete'], 1, true]);
  });

  it('passes nothing on while it waits for other work after the end of its source', () => {
    const { out, seen } = reader();
    const linked = new Linked(out, { complete: 'waits' });
    linked.complete();
    linked.error(new Error('late'));
    linked.next(1);
    linked.complete();
    expect([seen, linked.completions, out.closed]).toEqual([[], 1, false]);
  });

  it('passes an error on, and is over', () => {
    const { out, seen } = reader();
    const linked = new Linked(out);
    const error = new Error('no');
    linked.error(error);
    linked.next(1);
    linked.complete();
    expect([seen, linked.completions, linked.closed]).toEqual([[error], 0, true]);
  });

  it('gets nothing any more once it is unsubscribed', () => {
    const { out, seen } = reader();
    const linked = new Linked(out);
    linked.unsubscribe();
    linked.next(1);
    linked.error(new Error('no'));
    linked.complete();
    expect([seen, linked.completions]).toEqual([[], 0]);
  });

  it('makes what it throws an error of the reader', () => {
    const first = reader();
    new Linked(first.out, { value: 2 }).next(2);
    const second = reader();
    const linked = new Linked(second.out, { complete: 'throws' });
    linked.complete();
    expect([first.seen, second.seen]).toEqual([
      [new Error('threw at 2')],
      [new Error('threw at its end')],
    ]);
    expect(linked.closed).toBe(true);
  });
});

describe('the input of a key', () => {
  it('passes each value to all readers that there are when it comes', () => {
    const input = new KeyInput<number>();
    const seen: string[] = [];
    const first = input.subscribe((value) => {
      seen.push(`first ${value}`);
      if (value === 1) input.subscribe((later) => seen.push(`third ${later}`));
    });
    input.next(0);
    input.subscribe((value) => {
      seen.push(`second ${value}`);
      if (value === 1) first.unsubscribe();
    });
    input.next(1);
    input.next(2);
    expect(seen).toEqual(['first 0', 'first 1', 'second 1', 'second 2', 'third 2']);
  });

  it('completes its readers, and those that come later', () => {
    const input = new KeyInput<number>();
    const seen: string[] = [];
    const read = (name: string) => input.subscribe({ complete: () => seen.push(name) });
    read('first');
    read('second');
    read('gone').unsubscribe();
    input.complete();
    read('later');
    expect(seen).toEqual(['first', 'second', 'later']);
  });
});
