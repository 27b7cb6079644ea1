import { describe, expect, test } from 'vitest';
import type { TargetRequest } from '../../../src/model/reload/TargetRequest.js';
import { LaneQueue } from '../../../src/pipeline/reload/LaneQueue.js';
import { isSwap, type ReloadRequest, workOf } from '../../../src/pipeline/reload/ReloadRequest.js';

/** A request that is needed until it is settled, and what it was settled with. */
function asked(cause: TargetRequest['cause'], isUrgent = cause !== 'dependency') {
  const answers: unknown[] = [];
  const request: TargetRequest & { answers: unknown[]; isNeededNow: boolean } = {
    plugin: 'a',
    cause,
    isUrgent,
    options: {},
    answers,
    isNeededNow: true,
    isNeeded: () => request.isNeededNow && answers.length === 0,
    settle: (result) => void answers.push(result),
    release: () => undefined,
  };
  return request;
}

function reloadFor(request: TargetRequest): ReloadRequest {
  const work = workOf(request, 0);
  if (isSwap(work)) throw new Error('it is no reload');
  return work;
}

function change(number: number): ReloadRequest {
  const path = `/a/${number}.ts`;
  const events = [{ _tag: 'Modified', path, kind: 'file', atMs: number, batch: number }] as const;
  const own = { plugin: 'a', events, firstAtMs: number, lastAtMs: number, eventCount: 1 };
  return { change: own, changes: [number], cause: 'change', asked: [] };
}

describe('LaneQueue', () => {
  test('a newer change replaces one that waits, and its reload gets both', () => {
    const queue = new LaneQueue();
    expect(queue.add(change(0))).toBeUndefined();
    expect(queue.add(change(1))?.changes).toEqual([0]);
    const taken = queue.take();
    expect(taken?.changes).toEqual([1]);
    expect(taken?.change.events).toHaveLength(2);
    expect(queue.hasWork).toBe(false);
  });

  test('what other plugins ask for joins a change, and replaces none', () => {
    const queue = new LaneQueue();
    const [first, second] = [asked('dependency'), asked('dependency')];
    queue.add(reloadFor(first));
    expect(queue.add(change(0))).toBeUndefined();
    expect(queue.add(reloadFor(second))).toBeUndefined();
    expect(queue.take()).toMatchObject({ cause: 'change', changes: [0], asked: [first, second] });
    expect(queue.take()).toBeUndefined();
  });

  test('each order is a reload of its own, in their order; the first takes the change along', () => {
    const queue = new LaneQueue();
    const orders = [asked('order'), asked('order'), asked('order')];
    queue.add(change(0));
    for (const order of orders) queue.add(reloadFor(order));
    expect(queue.take()).toMatchObject({ cause: 'change', changes: [0], asked: [orders[0]] });
    expect(queue.take()).toMatchObject({ cause: 'order', changes: [], asked: [orders[1]] });
    queue.add(change(1));
    expect(queue.take()).toMatchObject({ cause: 'change', changes: [1], asked: [orders[2]] });
  });

  test('what is not needed any more is answered, and no work', () => {
    const queue = new LaneQueue();
    const request = asked('dependency');
    queue.add(reloadFor(request));
    request.isNeededNow = false;
    expect(queue.hasWork).toBe(false);
    expect(request.answers).toEqual([undefined]);
    expect(queue.take()).toBeUndefined();
  });

  test('a reload that stopped without an end is part of the next one, without its events', () => {
    const queue = new LaneQueue();
    queue.add(change(0));
    queue.take();
    const order = asked('order');
    queue.add(reloadFor(order));
    queue.putBack();
    expect(queue.take()).toMatchObject({ changes: [0], change: { events: [] }, asked: [order] });
    expect(queue.take()).toBeUndefined();
  });

  test('a wait for a retry ends for what is urgent, and answers what only asks', () => {
    const queue = new LaneQueue();
    const asks = asked('dependency');
    queue.add(reloadFor(asks));
    expect(queue.hasUrgent).toBe(false);
    const error = { _tag: 'TimedOut', plugin: 'a', message: 'late' };
    queue.answerWaiting(error);
    expect(asks.answers).toEqual([{ _tag: 'Left', left: error }]);
    const order = asked('order');
    queue.add(reloadFor(order));
    expect(queue.hasUrgent).toBe(true);
    queue.answerWaiting(error);
    expect(order.answers).toEqual([]);
    expect(queue.take()?.asked).toEqual([order]);
  });
});
