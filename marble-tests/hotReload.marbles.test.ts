import { left, right } from 'fp-ts/lib/Either.js';
import {
  asyncScheduler,
  BehaviorSubject,
  config,
  defer,
  EMPTY,
  from,
  map,
  NEVER,
  type Observable,
  Subscription,
  share,
  throwError,
  timer,
} from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it, vi } from 'vitest';
import type { WatchEvent } from '../src/model/events/WatchEvent.js';
import type { ReloadEvent } from '../src/model/reload/ReloadEvent.js';
import { hotReload } from '../src/pipeline/hotReload.js';
import type { HotReloadOptions } from '../src/pipeline/options/HotReloadOptions.js';
import { constant } from '../src/policies/backoff/constant.js';
import { exponential } from '../src/policies/backoff/exponential.js';
import { consecutive } from '../src/policies/breaker/consecutive.js';
import { type FakeReload, type FakeTarget, fakeTarget } from '../src/trace/virtual/fakeTarget.js';
import { virtualTask } from '../src/trace/virtual/virtualTask.js';

const save = (plugin: string): WatchEvent => ({
  _tag: 'Modified',
  path: `/plugins/${plugin}/index.ts`,
  kind: 'file',
  atMs: 0,
  batch: 1,
});
const EVENTS = { a: save('a'), b: save('b') };
const NO_SPACE = Object.assign(new Error('no watches left'), { code: 'ENOSPC' });
const BROKEN: FakeReload = { fails: { _tag: 'EvaluationFailed', message: 'it threw' } };
const TYPO: FakeReload = { fails: { _tag: 'CompilationFailed', message: 'unexpected token' } };

/** One letter per event, so that a run reads as a diagram. */
const LETTERS: Record<ReloadEvent['_tag'], string> = {
  Loaded: 'L',
  ChangeDetected: 'c',
  ReloadStarted: 's',
  StateSaved: 'v',
  StateRestored: 't',
  Reloaded: 'R',
  ReloadFailed: 'F',
  RetryScheduled: 'r',
  BreakerChanged: 'B',
  ReloadSkipped: 'k',
  Superseded: 'x',
  Unchanged: 'u',
  Removed: 'D',
  RolledBack: 'o',
  StateLost: 'O',
  Proven: 'p',
  Restarted: 'S',
  RestartNeeded: 'N',
  WatchFailed: 'W',
  WatchRecovered: 'w',
};

interface Run {
  /** The events as "time letters", such as "2cs 6L". A bar stands for completion. */
  readonly diagram: string;
  readonly events: readonly ReloadEvent[];
  readonly target: FakeTarget;
}

interface Plan {
  readonly source: string | ((m: RunHelpers) => Observable<WatchEvent>);
  readonly reload?: (plugin: string, run: number) => FakeReload;
  readonly options?: Partial<HotReloadOptions>;
  readonly untilMs?: number;
}

/** Runs a pipeline in virtual time, with a window of 2 ms. */
const run = ({ source, reload = () => ({}), options = {}, untilMs }: Plan): Run => {
  const target = fakeTarget({ reload });
  const events: ReloadEvent[] = [];
  const told: { atMs: number; letters: string }[] = [];
  const tell = (atMs: number, letter: string) => {
    const last = told.at(-1);
    if (last?.atMs === atMs) last.letters += letter;
    else told.push({ atMs, letters: letter });
  };
  const scheduler = new TestScheduler(() => undefined);
  scheduler.run((m) => {
    const source$ = typeof source === 'string' ? m.hot(source, EVENTS) : source(m);
    const subscription = hotReload({
      source$,
      target,
      debounce: { minMs: 2 },
      ...options,
    }).subscribe({
      next: (event) => {
        events.push(event);
        tell(event.atMs, LETTERS[event._tag]);
      },
      complete: () => tell(scheduler.now(), '|'),
    });
    if (untilMs !== undefined) timer(untilMs).subscribe(() => subscription.unsubscribe());
  });
  const diagram = told.map(({ atMs, letters }) => `${atMs}${letters}`).join(' ');
  return { diagram, events, target };
};
/** How many timers a pipeline holds right before and right after it is unsubscribed. */
const leftAfter = (untilMs: number, { source, reload = () => ({}), options = {} }: Plan) => {
  const scheduler = new TestScheduler(() => undefined);
  let result = { pending: 0, left: 0 };
  scheduler.run((m) => {
    // Real promises instead of virtual tasks, so that every timer is the pipeline's.
    const target: FakeTarget = {
      ...fakeTarget({ reload }),
      reloadPlugin: (plugin) => () => {
        const { takesMs, fails } = reload(plugin, 0);
        if (takesMs === Infinity) return new Promise<never>(() => undefined);
        return Object.assign(Promise.resolve(), {
          then: (settle: (value: unknown) => void) =>
            settle(fails ? left({ ...fails, plugin }) : right({ from: 0, to: 1, stageMs: {} })),
        }) as never;
      },
    };
    const source$ = typeof source === 'string' ? m.cold(source, EVENTS) : source(m);
    const events$ = hotReload({ source$, target, debounce: { minMs: 2 }, ...options });
    let subscription = Subscription.EMPTY;
    scheduler.schedule(() => {
      const own = () => scheduler.actions.filter((action) => !action.closed && !before.has(action));
      const pending = own().length;
      subscription.unsubscribe();
      result = { pending, left: own().length };
    }, untilMs);
    const before = new Set(scheduler.actions);
    subscription = events$.subscribe();
  });
  return result;
};
const failures = ({ events }: Run) => events.filter((event) => event._tag === 'ReloadFailed');

describe('hotReload', () => {
  it('reloads a plugin after the window; its first version is Loaded', () => {
    const { diagram } = run({ source: 'a---------a---------|', reload: () => ({ takesMs: 4 }) });

    expect(diagram).toBe('2cs 6L 12cs 16R 20|');
  });

  it('folds a burst into one reload', () => {
    const { diagram, events } = run({ source: 'aaa-------|' });

    expect(diagram).toBe('4csL 10|');
    expect(events[0]).toMatchObject({
      _tag: 'ChangeDetected',
      paths: ['/plugins/a/index.ts'],
      windowMs: 2,
    });
  });

  it("numbers its events from 0, and stamps them with the scheduler's time", () => {
    const { events } = run({ source: 'aaa-------|' });

    expect(events.map(({ v, i, atMs, plugin }) => ({ v, i, atMs, plugin }))).toEqual(
      [0, 1, 2].map((i) => ({ v: 1, i, atMs: 4, plugin: 'a' })),
    );
  });

  it('gives paths relative to the root when there is one', () => {
    const { events } = run({ source: 'a|', options: { root: '/plugins' } });

    expect(events[0]).toMatchObject({ paths: ['a/index.ts'] });
  });

  it('emits a pending change, and ends its reload, when the source completes', () => {
    expect(run({ source: 'a|', reload: () => ({ takesMs: 9 }) }).diagram).toBe('1cs 10L|');
  });

  it('reports that the same bytes changed nothing', () => {
    const reload = (_: string, n: number) => ({ isUnchanged: n === 1 });

    expect(run({ source: 'a----a----|', reload }).diagram).toBe('2csL 7csu 10|');
  });

  it('reloads plugins side by side', () => {
    const reload = () => ({ takesMs: 10 });

    expect(run({ source: '(ab)-|', reload }).diagram).toBe('2cscs 12LL|');
  });

  it('reloads at most `concurrency` plugins at a time, in their order', () => {
    const reload = () => ({ takesMs: 10 });

    expect(run({ source: '(ab)-|', reload, options: { concurrency: 1 } }).diagram).toBe(
      '2csc 12Ls 22L|',
    );
  });

  it('keeps the newest change that arrives during a reload; those that it replaces are superseded', () => {
    const { diagram, target } = run({
      source: 'a---a---a---a---|',
      reload: () => ({ takesMs: 16 }),
    });

    expect(diagram).toBe('2cs 6c 10cx 14cx 18Ls 34R|');
    expect(target.calls).toHaveLength(2);
  });

  it('gives a reload all that changed since the version that serves', () => {
    const { target } = run({ source: 'a---a---a|', reload: () => ({ takesMs: 20 }) });

    expect(target.calls.map(({ options }) => options?.change?.eventCount)).toEqual([1, 2]);
  });

  describe('when a reload fails', () => {
    it('retries, with increasing delays', () => {
      const { diagram, events } = run({ source: 'a--|', reload: (_, n) => (n < 2 ? BROKEN : {}) });

      expect(diagram).toBe('2csFr 102sFr 302sL|');
      expect(events.filter(({ _tag }) => _tag === 'RetryScheduled')).toMatchObject([
        { attempt: 1, delayMs: 100 },
        { attempt: 2, delayMs: 200 },
      ]);
    });

    it('gives up after the last retry, and names the failure', () => {
      const options = { backoff: { maxRetries: 2 }, breaker: { trip: consecutive(9) } };
      const result = run({ source: 'a--|', reload: () => BROKEN, options });

      expect(result.diagram).toBe('2csFr 102sFr 302sF|');
      expect(failures(result).map(({ willRetry }) => willRetry)).toEqual([true, true, false]);
    });

    it('says which version still serves', () => {
      const reload = (_: string, n: number) => (n === 0 ? {} : BROKEN);
      const result = run({
        source: 'a----a----|',
        reload,
        options: { backoff: { maxRetries: 0 } },
      });

      expect(failures(result)).toMatchObject([{ stillServing: 1 }]);
    });

    it.each<[string, Partial<HotReloadOptions>]>([
      ['a retry', { backoff: { delay: constant(1_200_000) } }],
      ['a breaker', { probeOn: 'timer', breaker: { trip: consecutive(1), openForMs: 1_200_000 } }],
    ])('ends a wait for %s that is longer than plugins are kept', (_, options) => {
      const reload = (_: string, n: number) => (n < 1 ? BROKEN : {});
      const { events } = run({ source: 'a 1000s a--|', reload, options });
      const told = events.filter(({ atMs }) => atMs === 1_000_003).map(({ _tag }) => LETTERS[_tag]);

      expect(told.slice(0, 2)).toEqual(['c', 'x']);
    });

    it('ends the wait for a retry when a newer change arrives, and reloads that', () => {
      const { diagram } = run({
        source: 'a---------a--|',
        reload: (_, n) => (n < 1 ? BROKEN : {}),
      });

      expect(diagram).toBe('2csFr 12cxsL 13|');
    });

    it('does not repeat an attempt that a newer change has overtaken', () => {
      const reload = (_: string, n: number) => (n < 1 ? { ...BROKEN, takesMs: 8 } : {});

      expect(run({ source: 'a---a-------|', reload }).diagram).toBe('2cs 6c 10FsL 12|');
    });

    it('waits for the next change when `retryUnchanged` is false and only other content can cure the failure', () => {
      const reload = (_: string, n: number) => (n < 1 ? TYPO : {});

      expect(
        run({ source: 'a----a---|', reload, options: { retryUnchanged: false } }).diagram,
      ).toBe('2csF 7csL 9|');
    });

    it('stops at a second, equal failure when `retryUnchanged` is false', () => {
      const options = { retryUnchanged: false };

      expect(run({ source: 'a---|', reload: () => BROKEN, options }).diagram).toBe('2csFr 102sF|');
    });

    it('touches no other plugin', () => {
      const reload = (plugin: string) => (plugin === 'a' ? BROKEN : {});
      const options = { backoff: { maxRetries: 0 } };
      const { events } = run({ source: '(ab)----|', reload, options });

      expect(events.filter(({ plugin }) => plugin === 'b').map(({ _tag }) => _tag)).toEqual([
        'ChangeDetected',
        'ReloadStarted',
        'Loaded',
      ]);
    });

    it('restarts a crashed plugin', () => {
      const reload = (): FakeReload => ({ fails: { _tag: 'Crashed', message: 'gone' } });

      expect(run({ source: 'a--|', reload, options: { backoff: { maxRetries: 0 } } }).diagram).toBe(
        '2csFS 3|',
      );
    });

    it('turns what a target throws into a failure of that plugin', () => {
      const target: FakeTarget = {
        ...fakeTarget(),
        reloadPlugin: () => {
          throw new Error('a bug in the host');
        },
      };
      const options = { target, backoff: { maxRetries: 0 } };
      const [failure] = failures(run({ source: 'a--|', options }));

      expect(failure?.error).toMatchObject({ _tag: 'Unexpected', reason: 'a bug in the host' });
    });
  });

  it('fails a reload that never ends at its deadline, and aborts it', () => {
    const options = { reloadTimeoutMs: 50, backoff: { maxRetries: 0 } };
    const result = run({ source: 'a--|', reload: () => ({ takesMs: Infinity }), options });

    expect(result.diagram).toBe('2cs 52F|');
    expect(failures(result)[0]?.error).toMatchObject({ _tag: 'TimedOut', limitMs: 50 });
    expect(result.target.calls[0]?.options?.signal?.aborted).toBe(true);
  });

  it('unloads a plugin whose folder is gone', () => {
    const reload = (_: string, n: number): FakeReload =>
      n === 0 ? {} : { fails: { _tag: 'PluginGone', message: 'gone' } };

    expect(run({ source: 'a----a----|', reload }).diagram).toBe('2csL 7csD 10|');
  });

  describe('the breaker', () => {
    const options = (probeOn: 'timer' | 'change') => ({
      probeOn,
      backoff: { delay: constant(10), maxRetries: 5 },
      breaker: { trip: consecutive(2), openForMs: 1_000 },
    });

    it('keeps the change while it is open, and probes with it', () => {
      const reload = (_: string, n: number) => (n < 2 ? BROKEN : {});
      const { diagram, events } = run({ source: 'a--|', reload, options: options('timer') });

      expect(diagram).toBe('2csFr 12sBFr 22r 1012BsLB|');
      const changes = events.filter(({ _tag }) => _tag === 'BreakerChanged');
      expect(changes).toMatchObject([
        { from: 'closed', to: 'open', retryAtMs: 1_012 },
        { from: 'open', to: 'half-open', retryAtMs: null },
        { from: 'half-open', to: 'closed', retryAtMs: null },
      ]);
    });

    it('lets a new change probe at once', () => {
      const reload = (_: string, n: number) => (n < 2 ? BROKEN : {});
      const source = 'a 100ms a--|';
      const { diagram } = run({ source, reload, options: options('change') });

      expect(diagram).toBe('2csFr 12sBFr 22r 103cxBsLB 104|');
    });

    it('makes a new change wait for its timer when `probeOn` says so', () => {
      const reload = (_: string, n: number) => (n < 2 ? BROKEN : {});
      const source = 'a 100ms a--|';
      const { diagram } = run({ source, reload, options: options('timer') });

      expect(diagram).toBe('2csFr 12sBFr 22r 103cxr 1012BsLB|');
    });
  });

  describe('hooks', () => {
    it('are called around each attempt, and with each retry', () => {
      const order: string[] = [];
      const options: Partial<HotReloadOptions> = {
        beforeReload: ({ plugin }) => order.push(`before ${plugin}`),
        afterReload: (_, result) => order.push(`after ${result._tag}`),
        onRetry: (plugin, attempt) => order.push(`retry ${plugin} ${attempt}`),
      };
      run({ source: 'a--|', reload: (_, n) => (n < 1 ? BROKEN : {}), options });

      expect(order).toEqual(['before a', 'after Left', 'retry a 1', 'before a', 'after Right']);
    });

    it('are called around a removal, and an attempt that found nothing changed', () => {
      const order: string[] = [];
      const options: Partial<HotReloadOptions> = {
        beforeReload: () => order.push('before'),
        afterReload: (_, result) => order.push(`after ${JSON.stringify(result)}`),
      };
      const reload = (_: string, n: number): FakeReload =>
        n < 1 ? { isUnchanged: true } : { fails: { _tag: 'PluginGone', message: 'gone' } };
      run({ source: 'a----a--|', reload, options });

      const none = 'after {"_tag":"Right","right":{"to":0}}';
      expect(order).toEqual(['before', none, 'before', none]);
    });

    it('that throw change nothing but the reports to `onHookError`', () => {
      const boom = new Error('boom');
      const onHookError = vi.fn();
      const hook = () => {
        throw boom;
      };
      const options = { beforeReload: hook, afterReload: hook, onRetry: hook, onHookError };
      const { diagram } = run({ source: 'a--|', reload: (_, n) => (n < 1 ? BROKEN : {}), options });

      expect(diagram).toBe('2csFr 102sL|');
      expect(onHookError.mock.calls.map(([name]) => name)).toEqual([
        'beforeReload',
        'afterReload',
        'onRetry',
        'beforeReload',
        'afterReload',
      ]);
    });

    it('that never end are abandoned at the deadline', () => {
      const onHookError = vi.fn();
      const options = { reloadTimeoutMs: 50, beforeReload: () => NEVER, onHookError };

      expect(run({ source: 'a--|', options }).diagram).toBe('2c 52sL|');
      expect(onHookError).toHaveBeenCalledOnce();
    });

    it('that emit a value and never end are abandoned at the deadline too', () => {
      const onHookError = vi.fn();
      const beforeReload = () => new BehaviorSubject('still at work');
      const options = { reloadTimeoutMs: 50, beforeReload, onHookError };

      expect(run({ source: 'a--|', options }).diagram).toBe('2c 52sL|');
      expect(onHookError).toHaveBeenCalledOnce();
    });
  });

  it('reports a source that errors, and resubscribes', () => {
    let subscriptions = 0;
    const source = (m: RunHelpers) =>
      defer(() =>
        subscriptions++ === 0 ? m.cold<WatchEvent>('--#', {}, NO_SPACE) : m.cold('a---|', EVENTS),
      );
    const { diagram, events } = run({ source });

    expect(diagram).toBe('2W 102w 104csL 106|');
    expect(events[0]).toMatchObject({ plugin: '', code: 'ENOSPC' });
  });

  it('completes when the source keeps failing', () => {
    const { diagram } = run({ source: () => throwError(() => NO_SPACE) });

    expect(diagram).toBe('0W 100W 300W 700W 1500W 3100W|');
  });

  it('emits the states of the source that `watchStatus$` emits', () => {
    const watchStatus$ = timer(5).pipe(
      map(() => ({ _tag: 'WatchFailed', code: 'EMFILE', message: 'too many' }) as const),
    );

    expect(run({ source: '------|', options: { watchStatus$ } }).diagram).toBe('5W 6|');
  });

  it('runs the first load before anything else', () => {
    const error = { _tag: 'ManifestInvalid', plugin: 'b', message: 'no name' };
    const load = virtualTask(asyncScheduler, 3, () =>
      right([right({ plugin: 'a', version: 1 }), left(error)]),
    );
    const { diagram, events } = run({ source: '------|', options: { load } });

    expect(diagram).toBe('3LF 6|');
    expect(events[1]).toMatchObject({ plugin: 'b', stillServing: null, willRetry: false });
  });

  it('continues when the target throws at a path, and reports it', () => {
    const good = fakeTarget();
    const pluginsOf = (path: string) => {
      if (path.includes('/b/')) throw new Error('not mine');
      return good.pluginsOf(path);
    };
    const { diagram, events } = run({
      source: 'b-a---|',
      options: { target: { ...good, pluginsOf } },
    });

    expect(diagram).toBe('0k 4csL 6|');
    expect(events[0]).toMatchObject({ plugin: '', reason: expect.stringContaining('not mine') });
  });

  it('continues when a function of its options throws, and reports it', () => {
    const told: string[] = [];
    const boom = () => {
      throw new Error('boom');
    };
    const options: Partial<HotReloadOptions> = {
      debounce: { minMs: 2, maxMs: 9, window: boom, observe: boom },
      breaker: { classify: boom },
      onHookError: (hook) => {
        if (!told.includes(hook)) told.push(hook);
        throw new Error('a handler that throws');
      },
    };
    const warnings: string[] = [];
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation((text) => {
      warnings.push(String(text));
    });
    const { diagram } = run({ source: 'a-----|', options });
    emitWarning.mockRestore();

    expect(diagram).toBe('2csL 6|');
    expect(told.toSorted()).toEqual(['breaker.classify', 'debounce.observe', 'debounce.window']);
    expect(warnings.length).toBeGreaterThan(0);
  });

  it('reports a first load that rejects, and a `watchStatus$` that errors', () => {
    const load = () => {
      throw new Error('no such folder');
    };
    const watchStatus$ = throwError(() => new Error('lost'));
    const { diagram, events } = run({ source: '---|', options: { load, watchStatus$ } });

    expect(diagram).toBe('0WF 3|');
    expect(events[1]).toMatchObject({ error: { _tag: 'Unexpected', reason: 'no such folder' } });
  });

  it('names the plugin that changed, whatever plugin its target blames', () => {
    const target: FakeTarget = {
      ...fakeTarget(),
      reloadPlugin: () =>
        virtualTask(asyncScheduler, 0, () =>
          left({ _tag: 'Io', plugin: 'other', message: 'busy' }),
        ),
    };
    const { events } = run({ source: 'a---|', options: { target, backoff: { maxRetries: 0 } } });

    expect(events.map(({ plugin }) => plugin)).toEqual(['a', 'a', 'a']);
  });

  it('does nothing for deletions that are reported after a removal', () => {
    const deleted = { ...save('a'), _tag: 'Deleted' } as WatchEvent;
    const source = (m: RunHelpers) => m.hot('d----d---|', { d: deleted });
    const reload = (_: string, n: number): FakeReload => ({
      fails:
        n === 0 ? { _tag: 'PluginGone', message: 'gone' } : { _tag: 'PluginNotFound', message: '' },
    });

    expect(run({ source, reload }).diagram).toBe('2csD 7csu 9|');
  });

  it('does nothing for what was changed beside a removal, when the target lists the plugin no more', () => {
    const events = { d: { ...save('a'), _tag: 'Deleted' }, l: save('a') } as const;
    const gone = { _tag: 'PluginGone', message: 'gone' };
    const absent = { _tag: 'PluginNotFound', message: 'No plugin "a" is loaded' };
    const diagramOf = (plugins: () => readonly { plugin: string; version: number }[]) => {
      const reload = (_: string, n: number) => ({ fails: n === 0 ? gone : absent });
      const target = Object.assign(fakeTarget({ reload }), { plugins });
      const source = (m: RunHelpers) => m.hot<WatchEvent>('d----(dl)---|', events);
      return run({ source, options: { target, backoff: { maxRetries: 0 } } }).diagram;
    };

    expect(diagramOf(() => [])).toBe('2csD 7csu 12|');
    expect(diagramOf(() => [{ plugin: 'a', version: 0 }])).toBe('2csD 7csF 12|');
  });

  it('fails a removal, and abandons a restart, that never ends, at the deadline', () => {
    const never = () => () => new Promise<never>(() => undefined);
    const options = { reloadTimeoutMs: 50, backoff: { maxRetries: 0 } };
    const ending = (_tag: string) => ({
      ...fakeTarget({ reload: () => ({ fails: { _tag, message: 'gone' } }) }),
      unloadPlugin: never,
      restartPlugin: never,
    });
    const removal = run({ source: 'a--|', options: { ...options, target: ending('PluginGone') } });
    const restart = run({ source: 'a--|', options: { ...options, target: ending('Crashed') } });

    expect(removal.diagram).toBe('2cs 52F|');
    expect(failures(removal)[0]?.error).toMatchObject({ _tag: 'TimedOut', limitMs: 50 });
    expect(restart.diagram).toBe('2csF 52k|');
    expect(restart.events.at(-1)).toMatchObject({
      reason: expect.stringContaining('it did not end within 50 ms'),
    });
  });

  it('does not count the wait for a permit of `concurrency` in the breaker', () => {
    const source = '(ab) 96ms (ab) 96ms (ab) 96ms |';
    const reload = (plugin: string) => ({ takesMs: plugin === 'a' ? 40 : 1 });
    const breaker = { slow: { afterMs: 20, ratio: 1 } };
    const { events } = run({ source, reload, options: { concurrency: 1, breaker } });
    const opened = events.filter(({ _tag }) => _tag === 'BreakerChanged');

    expect(opened.map(({ plugin }) => plugin)).toContain('a');
    expect(opened.map(({ plugin }) => plugin)).not.toContain('b');
  });

  it('begins a probe when it has its permit, so that the wait does not fail the probe', () => {
    const options: Partial<HotReloadOptions> = {
      concurrency: 1,
      probeOn: 'timer',
      backoff: { delay: constant(10) },
      breaker: { trip: consecutive(1), openForMs: 20, probeTimeoutMs: 5 },
    };
    const reload = (plugin: string, n: number): FakeReload =>
      plugin === 'b' ? { takesMs: 50 } : n < 1 ? BROKEN : {};
    const { events } = run({ source: 'a---b---|', reload, options });
    const ofA = events.filter(({ plugin }) => plugin === 'a');

    expect(ofA.map((event) => `${event.atMs}${LETTERS[event._tag]}`).join(' ')).toBe(
      '2c 2s 2B 2F 2r 56B 56s 56L 56B',
    );
  });

  it('ignores a reload that ends after its deadline', () => {
    const options = { reloadTimeoutMs: 50, backoff: { maxRetries: 0 } };
    const reload = (_: string, n: number): FakeReload => (n === 0 ? { takesMs: 60 } : {});

    expect(run({ source: 'a 99ms a--|', reload, options }).diagram).toBe('2cs 52F 102csL 103|');
  });

  it('accepts a deadline that no timer can hold', () => {
    const options = { reloadTimeoutMs: Infinity, beforeReload: () => timer(500) };

    expect(run({ source: 'a--|', reload: () => ({ takesMs: 9 }), options }).diagram).toBe(
      '2c 502s 511L|',
    );
  });

  it('keeps the newest of several changes while the breaker is open, and probes with all that changed', () => {
    const options: Partial<HotReloadOptions> = {
      probeOn: 'timer',
      backoff: { delay: constant(10), maxRetries: 9 },
      breaker: { trip: consecutive(1), openForMs: 100 },
    };
    const reload = (_: string, n: number) => (n < 1 ? BROKEN : {});
    const { diagram, events, target } = run({ source: 'a---a---a---a---|', reload, options });

    expect(diagram).toBe('2csBFr 6cxr 10cxr 14cxr 102BsLB|');
    expect(target.calls.map(({ options: of }) => of?.change?.eventCount)).toEqual([1, 4]);
    expect(events.filter(({ _tag }) => _tag === 'Superseded')).toHaveLength(3);
  });

  it('continues when a subscriber throws, for it and for the others', () => {
    const thrown: unknown[] = [];
    const before = config.onUnhandledError;
    config.onUnhandledError = (error) => thrown.push(error);
    const seen: string[] = [];
    new TestScheduler(() => undefined).run((m) => {
      const events$ = hotReload({
        source$: m.hot('a----a----|', EVENTS),
        target: fakeTarget(),
        debounce: { minMs: 2 },
      }).pipe(share());
      events$.subscribe(() => {
        throw new Error('a sink that throws');
      });
      events$.subscribe(({ _tag }) => seen.push(LETTERS[_tag]));
    });
    config.onUnhandledError = before;

    expect(seen.join('')).toBe('csLcsR');
    expect(thrown).toHaveLength(6);
  });

  it('continues when a target throws where it never may', () => {
    const boom = () => {
      throw new Error('boom');
    };
    const target = {
      ...fakeTarget({ reload: () => ({ fails: { _tag: 'Crashed', message: 'gone' } }) }),
      plugins: boom,
      restartPlugin: boom,
      events$: throwError(() => new Error('lost')),
    };
    const options = { target, backoff: { maxRetries: 0 } };

    expect(run({ source: 'a----a----|', options }).diagram).toBe('2csFk 7csFk 10|');
  });

  it('retries when `retryIf` or `onRetry` of `backoff` throw', () => {
    const told: string[] = [];
    const boom = () => {
      throw new Error('boom');
    };
    const options: Partial<HotReloadOptions> = {
      backoff: { retryIf: boom, onRetry: boom },
      onHookError: (hook) => told.push(hook),
    };

    expect(run({ source: 'a--|', reload: (_, n) => (n < 1 ? BROKEN : {}), options }).diagram).toBe(
      '2csFr 102sL|',
    );
    expect(told).toEqual(['backoff.retryIf', 'backoff.onRetry']);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', '2'],
    ['a bigint', 2n],
    ['a symbol', Symbol('ms')],
  ])('goes on as if a function had thrown that returns %s for a number or a word', (_, result) => {
    const told: string[] = [];
    const any = () => result as never;
    const options: Partial<HotReloadOptions> = {
      debounce: { minMs: 2, maxMs: 4, window: any },
      breaker: { classify: any },
      onHookError: (hook) => told.push(hook),
    };

    expect(run({ source: 'a----a--|', options }).diagram).toBe('2csL 7csR 8|');
    expect(told).toEqual([
      'debounce.window',
      'breaker.classify',
      'debounce.window',
      'breaker.classify',
    ]);
  });

  it('reports a source that errors with a plain value', () => {
    const lost = { _tag: 'WatchError', code: 'ENOSPC', path: '/p', message: 'no watches left' };
    const { events } = run({ source: () => throwError(() => lost) });

    expect(events[0]).toMatchObject({
      _tag: 'WatchFailed',
      code: 'ENOSPC',
      message: expect.stringContaining('no watches left'),
    });
  });

  it('continues when a hook throws something that has no text', () => {
    const thrown: unknown[] = [];
    const before = config.onUnhandledError;
    config.onUnhandledError = (error) => thrown.push(error);
    const afterReload = () => {
      throw Object.create(null);
    };
    const { diagram } = run({ source: 'a----a--|', options: { afterReload } });
    config.onUnhandledError = before;

    expect(diagram).toBe('2csL 7csR 8|');
    expect(thrown).toEqual([]);
  });

  it('continues when a stream among the options errors, and reports it', () => {
    const lost$ = throwError(() => new Error('lost'));
    const told: string[] = [];
    const options: Partial<HotReloadOptions> = {
      debounce: { minMs: 2, busy$: lost$, flush$: lost$ },
      backoff: { retryNow$: lost$ },
      onHookError: (hook) => told.push(hook),
    };

    expect(run({ source: 'a--|', reload: (_, n) => (n < 1 ? BROKEN : {}), options }).diagram).toBe(
      '2csFr 102sL|',
    );
    expect(told).toEqual(['debounce.busy$', 'debounce.flush$', 'backoff.retryNow$']);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
    ],
    ['returns NaN', () => NaN],
    ['returns a text', () => '10' as never],
    ['returns a bigint', () => 10n as never],
    ['returns null', () => null as never],
  ])('waits the default delay when `delay` %s, and reports the failure', (_, delay) => {
    const onHookError = vi.fn();
    const result = run({
      source: 'a--|',
      reload: (_, n) => (n < 1 ? BROKEN : {}),
      options: { backoff: { delay }, onHookError },
    });

    expect(result.diagram).toBe('2csFr 102sL|');
    expect(failures(result)[0]?.error).toMatchObject({ message: 'it threw' });
    expect(onHookError.mock.calls.map(([name]) => name)).toEqual(['backoff.delay']);
  });

  it.each([
    ['completes', EMPTY, 0],
    ['errors', throwError(() => new Error('boom')), 1],
  ])(
    'gives up a change with its failure when the stream that a retry waits for %s',
    (_, wait$, toldCount) => {
      const onHookError = vi.fn();
      const options: Partial<HotReloadOptions> = { backoff: { delay: () => wait$ }, onHookError };
      const result = run({ source: 'a----a--|', reload: (_, n) => (n < 1 ? BROKEN : {}), options });

      expect(result.diagram).toBe('2csFrF 7csL 8|');
      expect(failures(result)[1]).toMatchObject({
        willRetry: false,
        error: { message: 'it threw' },
      });
      expect(onHookError).toHaveBeenCalledTimes(toldCount);
    },
  );

  it('keeps the bounds of a delay curve for jitter', () => {
    const options: Partial<HotReloadOptions> = {
      backoff: { delay: exponential({ initialMs: 10, maxMs: 1_000 }), jitter: 'decorrelated' },
      random: () => 1,
    };
    const reload = (_: string, n: number) => (n < 2 ? BROKEN : {});

    expect(run({ source: 'a--|', reload, options }).diagram).toBe('2csFr 32sFr 122sL|');
  });

  /** Each has something pending at some time: windows, waits, deadlines, permits, probes, hooks. */
  const pendings: Readonly<Record<string, Plan>> = {
    'a window': { source: 'aaa', options: { debounce: { minMs: 5, maxMs: 20 } } },
    'a reload under way, and one that waits for it': { source: 'a---a', reload: () => never },
    'a wait for a retry': { source: 'a', reload: () => BROKEN },
    'an open breaker': {
      source: 'a---a',
      reload: () => BROKEN,
      options: { breaker: { trip: consecutive(1) }, probeOn: 'timer' },
    },
    'a permit that is waited for': {
      source: '(ab)',
      reload: () => never,
      options: { concurrency: 1 },
    },
    'a hook before the reload': { source: 'a', options: { beforeReload: () => NEVER } },
    'a hook after the reload': { source: 'a', options: { afterReload: () => NEVER } },
    'a hook on retry': { source: 'a', reload: () => BROKEN, options: { onRetry: () => NEVER } },
    'a source that failed': { source: () => throwError(() => NO_SPACE) },
    'a first load': { source: 'a', options: { load: NEVER } },
    'a status of the source': { source: 'a', options: { watchStatus$: NEVER } },
    'a plugin that is idle': { source: 'a' },
  };
  const never: FakeReload = { takesMs: Infinity };
  it.each(Object.entries(pendings))('leaves no timer behind: %s', (_, plan) => {
    let mostPending = 0;
    for (let untilMs = 0; untilMs <= 30; untilMs++) {
      const { left, pending } = leftAfter(untilMs, plan);
      mostPending = Math.max(mostPending, pending);
      expect({ untilMs, left }).toEqual({ untilMs, left: 0 });
    }
    expect(mostPending).toBeGreaterThan(0);
  });

  it('starts nothing and leaves nothing running once unsubscribed', () => {
    const { diagram, target } = run({
      source: 'a---a---a',
      reload: () => ({ takesMs: 30 }),
      untilMs: 10,
    });

    expect(diagram).toBe('2cs 6c');
    expect(target.calls).toHaveLength(1);
    expect(target.calls[0]?.options?.signal?.aborted).toBe(true);
  });

  it.each([
    [{ concurrency: 0 }, 'hotReload: concurrency (0) is less than 1'],
    [{ concurrency: 1.5 }, 'hotReload: concurrency (1.5) is not a whole number'],
    [{ reloadTimeoutMs: -1 }, 'hotReload: reloadTimeoutMs (-1) is not above 0'],
    [{ debounce: { minMs: 9, maxMs: 3 } }, 'debounceAdaptive: maxMs (3) is less than minMs (9)'],
    [{ backoff: { maxRetries: -1 } }, /backoffRetry: maxRetries/],
    [{ breaker: { probeCount: 0 } }, /probeCount/],
  ])('refuses %j at construction', (options, message) => {
    expect(() => hotReload({ source$: NEVER, target: fakeTarget(), ...options })).toThrow(message);
  });

  it.each<[object, string]>([
    [{ source$: undefined }, 'hotReload: source$ (undefined) is not an Observable'],
    [{ target: undefined }, 'hotReload: target (undefined) is not an object'],
    [{ target: { pluginsOf: () => [] } }, 'hotReload: target has no method reloadPlugin'],
    [{ store: {} }, 'hotReload: store has no method save'],
    [{ watchStatus$: 5 }, 'hotReload: watchStatus$ (5) is not an Observable'],
    [{ load: {} }, 'hotReload: load (an object) is not an Observable or a TaskEither'],
    [{ probeOn: 'save' }, 'hotReload: probeOn (save) is not one of timer, change'],
  ])('refuses options that do not have their types: %j', (options, message) => {
    const given = Object.assign({ source$: NEVER, target: fakeTarget() }, options);
    expect(() => hotReload(given)).toThrow(message);
  });

  it('uses its defaults for options that are undefined', () => {
    const backoff = Object.assign({}, { delay: undefined, maxRetries: undefined });
    const options: Partial<HotReloadOptions> = { breaker: { mode: 'shadow' } };
    const { diagram } = run({
      source: 'a--|',
      reload: () => BROKEN,
      options: Object.assign(options, { backoff }),
      untilMs: 10_000,
    });

    expect(diagram.match(/s/g)).toHaveLength(6);
  });

  it('gives a target a change that it can post to a worker, however many files it has', () => {
    const files = Array.from({ length: 100 }, (_, n) => ({
      ...save('a'),
      path: `/plugins/a/${n}.ts`,
    }));
    const { target } = run({ source: () => from(files) });
    const change = target.calls[0]?.options?.change;

    expect(structuredClone(change)?.events).toHaveLength(100);
  });
});
