import fc from 'fast-check';
import { left, right } from 'fp-ts/lib/Either.js';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { FileReading, PluginFiles } from '../../../src/modules/files/PluginFiles.js';
import { readStableText } from '../../../src/modules/files/readStableText.js';
import { createContext } from '../../../src/runtime/instances/createContext.js';
import { createSteps } from '../../../src/runtime/protocol/createSteps.js';
import { defaultLimitsMs } from '../../../src/runtime/protocol/Stage.js';

/** Resolves all promises, then runs one scheduled action, until nothing is left of either. */
async function play(scheduler: VirtualTimeScheduler): Promise<void> {
  for (;;) {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    if (scheduler.actions.length === 0) return;
    scheduler.maxFrames = Math.min(...scheduler.actions.map(({ delay }) => delay));
    scheduler.flush();
  }
}

describe('createSteps', () => {
  const start = (...signals: AbortSignal[]) => {
    const scheduler = new VirtualTimeScheduler(undefined, Number.POSITIVE_INFINITY);
    const limitsMs = { ...defaultLimitsMs, load: 50 };
    return { scheduler, steps: createSteps({ plugin: 'a', scheduler, limitsMs, signals }) };
  };
  const after = (scheduler: VirtualTimeScheduler, ms: number) =>
    new Promise<void>((resolve) => {
      scheduler.schedule(() => resolve(), ms);
    });

  test('times a stage, sums up its runs, and leaves no timer behind', async () => {
    const { scheduler, steps } = start();
    const work = () => after(scheduler, 20).then(() => right('done'));
    const first = steps.run('load', work);
    await play(scheduler);
    const second = steps.run('load', work);
    await play(scheduler);

    expect([await first, await second]).toEqual([right('done'), right('done')]);
    expect(steps.stageMs).toEqual({ load: 40 });
    expect(scheduler.actions).toEqual([]);
  });

  test('fails the stage at its deadline, and ignores its late result', async () => {
    const { scheduler, steps } = start();
    const run = steps.run('load', () => after(scheduler, 51).then(() => right('late')));
    await play(scheduler);

    expect(await run).toMatchObject({
      left: { _tag: 'TimedOut', plugin: 'a', phase: 'load', limitMs: 50 },
    });
    expect(steps.stageMs).toEqual({ load: 50 });
  });

  test('waits for others as long as that takes, also in turns, and counts none of it', async () => {
    const part = fc.tuple(fc.nat(60), fc.nat(500));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), async (parts) => {
        const { scheduler, steps } = start();
        const run = steps.run('load', async (time) => {
          for (const [workMs, waitMs] of parts) {
            await after(scheduler, workMs);
            const endWait = time.onWait();
            await after(scheduler, waitMs);
            endWait();
            endWait();
          }
          return right('done');
        });
        await play(scheduler);

        // What ends in the moment of the deadline may be either.
        const longestMs = Math.max(...parts.map(([workMs]) => workMs));
        if (longestMs !== 50) expect((await run)._tag).toBe(longestMs < 50 ? 'Right' : 'Left');
        expect(scheduler.actions.filter(({ closed }) => !closed)).toEqual([]);
      }),
    );
  });

  test('ends a wait for others at an abort', async () => {
    const abort = new AbortController();
    const { scheduler, steps } = start(abort.signal);
    const run = steps.run('load', (time) => {
      time.onWait();
      return new Promise<never>(() => undefined);
    });
    await play(scheduler);
    abort.abort();

    expect(await run).toMatchObject({ left: { _tag: 'Aborted' } });
  });

  test('begins the deadline when the machine is ready, or when that has taken as long', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(120), fc.nat(120), async (readyMs, workMs) => {
        const { scheduler, steps } = start();
        const ready = after(scheduler, readyMs);
        const load = async () => {
          await steps.prepare('load', ready);
          return steps.run('load', async () => {
            await ready;
            await after(scheduler, workMs);
            return right('done');
          });
        };
        const loaded = load();
        await play(scheduler);
        const overMs = Math.max(0, readyMs - 50) + workMs;

        // What ends in the moment of the deadline may be either.
        if (overMs !== 50) expect((await loaded)._tag).toBe(overMs < 50 ? 'Right' : 'Left');
        expect(steps.stageMs).toEqual({
          load: Math.min(readyMs + workMs, Math.min(readyMs, 50) + 50),
        });
        expect(scheduler.actions.filter(({ closed }) => !closed)).toEqual([]);
      }),
    );
  });

  test('an abort ends the wait for the machine, and no stage follows', async () => {
    const abort = new AbortController();
    const { scheduler, steps } = start(abort.signal);
    const load = async () => {
      await steps.prepare('load', new Promise(() => undefined));
      return steps.run('load', () => Promise.reject(new Error('must not run')));
    };
    const loaded = load();
    abort.abort();
    await play(scheduler);

    expect(await loaded).toMatchObject({ left: { _tag: 'Aborted' } });
  });

  test('work can check whether its deadline has passed', async () => {
    const abort = new AbortController();
    const { scheduler, steps } = start(abort.signal);
    const seen: boolean[] = [];
    const looks = (ms: number) =>
      steps.run('load', async (time) => {
        seen.push(time.isOver);
        await after(scheduler, ms);
        seen.push(time.isOver);
        return right(undefined);
      });
    await Promise.all([looks(49), play(scheduler)]);
    await Promise.all([looks(51), play(scheduler)]);
    const calledOff = looks(10);
    abort.abort();
    await Promise.all([calledOff, play(scheduler)]);

    expect(seen).toEqual([false, false, false, true, false, true]);
  });

  test('an abort ends a stage at once, and no later stage starts, except dispose', async () => {
    const abort = new AbortController();
    const { scheduler, steps } = start(abort.signal);
    const run = steps.run('load', () => new Promise<never>(() => undefined));
    abort.abort(new Error('enough'));
    let starts = 0;
    const next = steps.run('save', async () => right((starts += 1)));
    const dispose = steps.run('dispose', async () => right((starts += 10)));

    expect(await run).toMatchObject({ left: { _tag: 'Aborted', reason: 'enough' } });
    expect(await next).toMatchObject({ left: { _tag: 'Aborted' } });
    expect(await dispose).toEqual(right(10));
    expect(steps.check('commit')).toMatchObject({ left: { _tag: 'Aborted' } });
    await play(scheduler);
    expect(scheduler.actions).toEqual([]);
  });

  test('work that rejects becomes a failure', async () => {
    const { steps } = start();
    expect(await steps.run('load', () => Promise.reject(new Error('odd')))).toMatchObject(
      left({ _tag: 'Unexpected', plugin: 'a', reason: 'odd' }),
    );
  });
});

describe('createContext', () => {
  const start = () => {
    const scheduler = new VirtualTimeScheduler(undefined, Number.POSITIVE_INFINITY);
    const errors: unknown[] = [];
    const owned = createContext({
      plugin: 'a',
      version: 3,
      scheduler,
      onError: (error) => errors.push(error),
    });
    return { scheduler, errors, owned, ctx: owned.context };
  };

  test('timers use the scheduler, and end when they are cancelled or disposed of', async () => {
    const { scheduler, owned, ctx } = start();
    const log: string[] = [];
    ctx.setInterval(() => log.push(`tick ${scheduler.now()}`), 10);
    ctx.setTimeout(() => log.push(`once ${scheduler.now()}`), 15);
    const cancel = ctx.setTimeout(() => log.push('never'), 5);
    cancel();
    scheduler.schedule(() => void owned.dispose(), 25);
    await play(scheduler);

    expect(log).toEqual(['tick 10', 'once 15', 'tick 20']);
  });

  test('a resource that is added after the end is disposed of at once', async () => {
    const { scheduler, owned, ctx } = start();
    await owned.dispose();
    const log: string[] = [];
    ctx.setTimeout(() => log.push('timer'), 1);
    ctx.own(() => log.push('ended'));
    await play(scheduler);

    expect(ctx.signal.aborted).toBe(true);
    expect(log).toEqual(['ended']);
  });

  test('an end that is overdue from the start waits for no resource, and ends each', async () => {
    const { owned, ctx } = start();
    const log: string[] = [];
    ctx.own(() => log.push('first'));
    ctx.own(() => new Promise(() => log.push('never ends')));
    const overdue = new AbortController();
    overdue.abort();

    expect(await owned.dispose(overdue.signal)).toEqual([]);
    expect(log).toEqual(['never ends', 'first']);
  });

  test('a late resource that fails to end is reported', async () => {
    const { scheduler, errors, owned, ctx } = start();
    await owned.dispose();
    const [atOnce, later] = [new Error('at once'), new Error('later')];
    ctx.own(() => {
      throw atOnce;
    });
    ctx.own(() => Promise.reject(later));
    await play(scheduler);

    expect(errors).toEqual([atOnce, later]);
  });

  test('disposes of every resource once, also after one that throws', async () => {
    const { owned, ctx } = start();
    const log: string[] = [];
    ctx.own(() => log.push('first'));
    ctx.own({
      dispose() {
        throw new Error('stuck');
      },
    });
    ctx.own({ [Symbol.asyncDispose]: async () => void log.push('last') });
    const problems = await owned.dispose();
    await owned.dispose();

    expect(log).toEqual(['last', 'first']);
    expect(problems).toEqual([new Error('stuck')]);
  });

  test('disposes of one resource after the other; one that does not end delays the older ones until the deadline', async () => {
    const { scheduler, owned, ctx } = start();
    const log: string[] = [];
    const overdue = new AbortController();
    ctx.own(() => {
      log.push('throws');
      throw new Error('late');
    });
    ctx.own(() => new Promise(() => log.push('never ends either')));
    ctx.own(() => new Promise(() => log.push('never ends')));
    ctx.own(async () => {
      log.push('begins');
      await Promise.resolve();
      log.push('ends');
    });
    const disposing = owned.dispose(overdue.signal);
    await play(scheduler);
    expect(log).toEqual(['begins', 'ends', 'never ends']);

    overdue.abort();
    expect(await disposing).toEqual([new Error('late')]);
    expect(log.slice(3)).toEqual(['never ends either', 'throws']);
  });
});

describe('readStableText', () => {
  /** A file whose reads return these texts, one after the other; `torn` marks one that changed during the read. */
  const file = (...reads: readonly { text: string; torn?: boolean }[]): PluginFiles => {
    let count = 0;
    return {
      stat: () => undefined,
      realPath: (path) => path,
      list: () => [],
      read(): FileReading {
        const { text, torn = false } = reads[Math.min(count++, reads.length - 1)]!;
        const before = {
          kind: 'file',
          sizeBytes: text.length,
          identity: `${count}`,
          isSettled: false,
        } as const;
        return {
          text,
          before,
          after: torn ? { ...before, identity: 'other' } : before,
          sizeBytes: text.length,
        };
      },
    };
  };
  const read = async (files: PluginFiles) => {
    const scheduler = new VirtualTimeScheduler(undefined, Number.POSITIVE_INFINITY);
    const reading = readStableText(files, '/x.ts', 100, scheduler);
    await play(scheduler);
    return { result: await reading, atMs: scheduler.now() };
  };

  test('reads a file at rest once', async () => {
    expect(await read(file({ text: 'whole' }))).toMatchObject({
      result: right({ text: 'whole' }),
      atMs: 0,
    });
  });

  test('reads a file again that changed during the read', async () => {
    const files = file({ text: 'who', torn: true }, { text: 'whole' });
    expect(await read(files)).toMatchObject({ result: right({ text: 'whole' }), atMs: 5 });
  });

  test('waits up to 50 ms for an empty file to be written', async () => {
    const soon = file({ text: '' }, { text: '' }, { text: 'whole' });
    expect(await read(soon)).toMatchObject({ result: right({ text: 'whole' }), atMs: 10 });
    expect(await read(file({ text: '' }))).toMatchObject({ result: right({ text: '' }), atMs: 50 });
  });

  test('fails for a file that keeps changing, and does not hang', async () => {
    expect(await read(file({ text: 'x', torn: true }))).toMatchObject({
      result: left({ code: 'EBUSY', path: '/x.ts' }),
      atMs: 200,
    });
  });

  test('drops a byte order mark, and refuses a file over the limit', async () => {
    expect(await read(file({ text: '\uFEFFx' }))).toMatchObject({ result: right({ text: 'x' }) });
    expect(await read(file({ text: 'x'.repeat(101), torn: true }))).toMatchObject({
      result: left({ code: 'ETOOBIG' }),
    });
  });
});
