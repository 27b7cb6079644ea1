import { isRight, right } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { fakeTarget } from '../../../src/trace/virtual/fakeTarget.js';
import { VirtualTime } from '../../../src/trace/virtual/VirtualTime.js';
import { virtualTask } from '../../../src/trace/virtual/virtualTask.js';

describe('virtualTask', () => {
  const task = (scheduler: VirtualTime) => {
    let runs = 0;
    const promise = virtualTask(scheduler, 5, () => right(++runs))();
    return { promise, runs: () => runs };
  };

  it('settles at its time, with no microtask in between', () => {
    const scheduler = new VirtualTime();
    const { promise } = task(scheduler);
    const heard: unknown[] = [];
    void promise.then((answer) => heard.push([scheduler.now(), answer]));
    scheduler.flush();
    expect(heard).toEqual([[5, right(1)]]);
    void promise.then((answer) => heard.push(answer));
    expect(heard[1]).toEqual(right(1));
  });

  it('runs once, however often it is awaited, and can be chained', async () => {
    const scheduler = new VirtualTime();
    const { promise, runs } = task(scheduler);
    const chained = promise.then(null, () => 'never').then((answer) => ['chained', answer]);
    const failing = promise.then(() => {
      throw new Error('in the chain');
    });
    scheduler.flush();
    expect(await chained).toEqual(['chained', right(1)]);
    expect(await promise).toEqual(right(1));
    await expect(failing).rejects.toThrow('in the chain');
    expect(runs()).toBe(1);
  });

  it('is what the methods of a fake target return, and works with fp-ts', async () => {
    const target = fakeTarget();
    const loaded = await target.reloadPlugin('a')().then(isRight);
    const served = await TE.map(({ to }: { readonly to: number }) => to)(
      target.reloadPlugin('a'),
    )();
    expect([loaded, served]).toEqual([true, right(2)]);
    expect(target.calls).toHaveLength(2);
  });
});
