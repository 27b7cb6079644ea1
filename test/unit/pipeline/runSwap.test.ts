import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { identity, Subscription, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { crashed } from '../../../src/model/reload/failures.js';
import type { ReloadError } from '../../../src/model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../../src/model/reload/ReloadEvent.js';
import type { SaveState } from '../../../src/model/reload/ReloadTarget.js';
import type { RequestOptions, SwapOutcome } from '../../../src/model/reload/TargetRequest.js';
import type { PipelineContext } from '../../../src/pipeline/options/PipelineContext.js';
import type { SwapRequest } from '../../../src/pipeline/reload/ReloadRequest.js';
import { runSwap } from '../../../src/pipeline/reload/runSwap.js';
import { memoryStateStore } from '../../../src/state/index.js';
import { fakeTarget, VirtualTime } from '../../../src/testing/index.js';

const TIMEOUT_MS = 1_000;
const record = { plugin: 'a', schema: 1, codeHash: 'h', state: { n: 1 } };
const went: UnstampedEvent = {
  _tag: 'RolledBack',
  plugin: 'a',
  from: 2,
  to: 1,
  reason: 'slow',
  fingerprint: 'f',
};
const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));

interface Asked {
  readonly cause?: 'order' | 'restart';
  readonly options?: RequestOptions;
  readonly isNeeded?: boolean;
  readonly context?: Partial<PipelineContext>;
}

/** Runs one swap in virtual time; `swap` is what the target does. */
function run(
  swap: (given: RequestOptions, time: VirtualTime) => Promise<Either<ReloadError, SwapOutcome>>,
  asked: Asked = {},
) {
  const time = new VirtualTime(50);
  const log: string[] = [];
  const events: UnstampedEvent[] = [];
  const answers: unknown[] = [];
  let given: RequestOptions = {};
  const request: SwapRequest = {
    ...{ plugin: 'a', cause: asked.cause ?? 'order', options: asked.options ?? {}, isUrgent: true },
    swap: (options) => () => {
      given = options;
      log.push('swap');
      return swap(options, time);
    },
    isNeeded: () => asked.isNeeded ?? true,
    settle: (result) => void answers.push(result),
    release: () => undefined,
  };
  const context: PipelineContext = {
    target: fakeTarget({ scheduler: time, reload: () => ({}) }),
    scheduler: time,
    backoff: {},
    reloadTimeoutMs: TIMEOUT_MS,
    retryUnchanged: true,
    probeOn: 'timer',
    serving: { of: () => 2, isUnlisted: () => false, record: () => undefined },
    hooks: new Subscription(),
    withPermit: () => tap({ subscribe: () => log.push('permit') }),
    open: new Set([request]),
    inHook: new Set(),
    onHookError: (hook, error) => log.push(`${hook}: ${String(error)}`),
    ...asked.context,
  };
  const subscription = runSwap(
    request,
    () => tap({ subscribe: () => log.push('turn') }),
    context,
  ).subscribe({
    next: (event) => events.push(event),
    error: (error: unknown) => log.push(`error ${String(error)}`),
    complete: () => log.push('complete'),
  });
  const pass = async (ms: number) => {
    const untilMs = time.elapsedMs + ms;
    await settle();
    while (time.nextDueMs <= untilMs) {
      time.runNext();
      await settle();
    }
    time.advanceTo(untilMs);
  };
  return { log, events, answers, context, subscription, pass, given: () => given };
}

const started = (cause: string) => ({
  _tag: 'ReloadStarted',
  plugin: 'a',
  attempt: 1,
  changes: [],
  cause,
});
const served = () => Promise.resolve(right({ to: 1, events: [went] }));

describe('a swap to a version that is known', () => {
  it('is told as an attempt, with what the target has to tell, in its turn and with a permit', async () => {
    const { log, events, answers, pass, context } = run(served);
    await pass(0);

    expect(events).toEqual([started('order'), went]);
    expect(log).toEqual(['turn', 'permit', 'swap', 'complete']);
    // The target answers whoever asked, once it is done.
    expect([answers, context.open.size]).toEqual([[], 0]);
  });

  it('is not tried when there is nothing to do any more, and that is the answer', async () => {
    const { log, events, answers, pass, context } = run(served, { isNeeded: false });
    await pass(0);

    expect([events, answers, context.open.size]).toEqual([[], [undefined], 0]);
    expect(log).toEqual(['turn', 'permit', 'complete']);
  });

  it.each([
    ['order', crashed('a', 'it died'), false],
    ['restart', crashed('a', 'it died'), true],
    [
      'restart',
      { _tag: 'Aborted', plugin: 'a', reason: 'closed', message: 'closed' } as const,
      false,
    ],
  ] as const)(
    'that fails is a failure, and the answer; %s, %o: tried again: %s',
    async (cause, error, willRetry) => {
      const { log, events, answers, pass } = run(() => Promise.resolve(left(error)), { cause });
      await pass(0);

      const failed = {
        _tag: 'ReloadFailed',
        plugin: 'a',
        error,
        stillServing: 2,
        willRetry,
        changes: [],
      };
      expect(events).toEqual([started(cause), failed]);
      expect([answers, log.at(-1)]).toEqual([[left(error)], 'complete']);
    },
  );

  it('that throws is a failure too', async () => {
    const { answers, pass } = run(() => Promise.reject(new Error('odd')));
    await pass(0);
    expect(answers).toMatchObject([{ left: { _tag: 'Unexpected', plugin: 'a', reason: 'odd' } }]);
  });

  it('has the deadline of a reload, and is aborted then', async () => {
    const { events, answers, pass, given } = run(() => new Promise(() => undefined));
    await pass(TIMEOUT_MS - 1);
    expect([events.length, given().signal?.aborted]).toEqual([1, false]);
    await pass(1);

    expect(events[1]).toMatchObject({
      _tag: 'ReloadFailed',
      error: { _tag: 'TimedOut', limitMs: TIMEOUT_MS },
    });
    expect([answers.length, given().signal?.aborted]).toEqual([1, true]);
  });

  it('has no deadline once the version serves', async () => {
    const { events, pass } = run((options, time) => {
      options.onCommit?.();
      return new Promise((resolve) => {
        time.schedule(() => resolve(right({ to: 1, events: [went] })), TIMEOUT_MS * 3);
      });
    });
    await pass(TIMEOUT_MS * 2);
    expect(events).toHaveLength(1);
    await pass(TIMEOUT_MS);
    expect(events).toEqual([started('order'), went]);
  });

  it('is aborted when nobody listens any more, or whoever asked says so; not when it has ended', async () => {
    const unheard = run(() => new Promise(() => undefined));
    await unheard.pass(0);
    unheard.subscription.unsubscribe();
    expect(unheard.given().signal?.aborted).toBe(true);

    const own = new AbortController();
    const called = run(() => new Promise(() => undefined), { options: { signal: own.signal } });
    await called.pass(0);
    expect(called.given().signal?.aborted).toBe(false);
    own.abort();
    expect(called.given().signal?.aborted).toBe(true);

    const ended = run(served);
    await ended.pass(0);
    expect(ended.given().signal?.aborted).toBe(false);
  });

  it('saves in the store of the pipeline, which is told, or where whoever asked wants it', async () => {
    const store = memoryStateStore();
    const saves = async ({
      saveState,
    }: RequestOptions): Promise<Either<ReloadError, SwapOutcome>> => {
      await saveState?.(record)();
      return right({ to: 1, events: [went] });
    };
    const { events, pass } = run(saves, { context: { store } });
    await pass(0);
    expect(events).toMatchObject([started('order'), { _tag: 'StateSaved', plugin: 'a' }, went]);
    expect(await store.load('a')()).toMatchObject({ right: { value: { state: { n: 1 } } } });

    const saveState: SaveState = memoryStateStore().save;
    const own = run(saves, { context: { store }, options: { saveState } });
    await own.pass(0);
    expect([own.given().saveState, own.events.length]).toEqual([saveState, 2]);
    const none = run(served);
    await none.pass(0);
    expect('saveState' in none.given()).toBe(false);
  });

  it('has the hooks of a reload: one before it, and one with its end', async () => {
    const calls: unknown[] = [];
    const hooks: Partial<PipelineContext> = {
      beforeReload: (change) => void calls.push(['before', change]),
      afterReload: (change, result) => void calls.push(['after', change.plugin, result]),
    };
    const good = run(served, { context: hooks });
    await good.pass(0);
    const change = { plugin: 'a', events: [], firstAtMs: 50, lastAtMs: 50, eventCount: 0 };
    expect(calls.splice(0)).toEqual([
      ['before', change],
      ['after', 'a', right({ to: 1 })],
    ]);
    const error = crashed('a', 'it died');
    const bad = run(() => Promise.resolve(left(error)), { context: hooks });
    await bad.pass(0);
    expect(calls[1]).toEqual(['after', 'a', left(error)]);
  });

  it('waits for the hook before it', async () => {
    let go: () => void = () => undefined;
    const beforeReload = () => new Promise<void>((resolve) => (go = resolve));
    const { log, events, pass } = run(served, {
      context: { beforeReload, withPermit: () => identity },
    });
    await pass(0);
    expect([log, events]).toEqual([['turn'], []]);
    go();
    await pass(0);
    expect(log).toEqual(['turn', 'swap', 'complete']);
  });
});
