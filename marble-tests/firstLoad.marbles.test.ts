import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { concat, type Observable } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { WatchEvent } from '../src/model/events/WatchEvent.js';
import type { ReloadError } from '../src/model/reload/ReloadError.js';
import { hotReload } from '../src/pipeline/hotReload.js';
import type { FirstLoad, HotReloadOptions } from '../src/pipeline/options/HotReloadOptions.js';
import { type FakeReload, fakeTarget } from '../src/trace/virtual/fakeTarget.js';

type Load = Either<ReloadError, FirstLoad>;

const failure = (plugin: string, error: object): Load =>
  left({ plugin, message: 'it did not answer', ...error } as ReloadError);
const BUSY = { _tag: 'Io', code: 'EIO', path: 'plugins/a' };

/** What a first load may end in, by letter. */
const LOADS = {
  d: failure('a', BUSY),
  n: failure('', BUSY),
  t: failure('a', { _tag: 'EvaluationFailed' }),
  l: right({ plugin: 'a', version: 1 }) satisfies Load,
};
const save: WatchEvent = {
  _tag: 'Modified',
  path: '/plugins/a/index.ts',
  kind: 'file',
  atMs: 0,
  batch: 1,
};

interface Plan {
  readonly load: string | ((helpers: RunHelpers) => Observable<Load>);
  readonly source?: string;
  readonly reload?: (plugin: string, run: number) => FakeReload;
  readonly options?: Partial<HotReloadOptions>;
}

/** Each event in a line: when, what, and of which attempt and cause, or whether it is retried. */
function run({ load, source = '-', reload = () => ({}), options = {} }: Plan): readonly string[] {
  const lines: string[] = [];
  new TestScheduler(() => undefined).run((helpers) => {
    hotReload({
      source$: helpers.cold(source, { s: save }),
      load: typeof load === 'string' ? helpers.cold(load, LOADS) : load(helpers),
      target: fakeTarget({ reload }),
      debounce: { minMs: 2 },
      ...options,
    }).subscribe({
      next: (event) => {
        const { atMs, _tag } = event;
        const started = _tag === 'ReloadStarted' && ` ${event.attempt} (${event.cause})`;
        const failed = _tag === 'ReloadFailed' && (event.willRetry ? ' (retried)' : ' (final)');
        lines.push(`${atMs} ${_tag}${started || failed || ''}`);
      },
      complete: () => lines.push('complete'),
    });
  });
  return lines;
}

describe('a first load that a disk failed', () => {
  it('is tried again at once, and serves', () => {
    expect(run({ load: 'd|' })).toEqual([
      '0 ReloadFailed (retried)',
      '0 ReloadStarted 1 (retry)',
      '0 Loaded',
    ]);
  });

  it('is retried as any reload is, while the disk fails', () => {
    const fails = { _tag: 'Io', message: 'it did not answer', code: 'EIO' } as const;
    const busy = (_: string, count: number) => (count < 2 ? { fails } : {});

    expect(run({ load: '-d|', reload: busy })).toEqual([
      '1 ReloadFailed (retried)',
      '1 ReloadStarted 1 (retry)',
      '1 ReloadFailed (retried)',
      '1 RetryScheduled',
      '101 ReloadStarted 2 (retry)',
      '101 ReloadFailed (retried)',
      '101 RetryScheduled',
      '301 ReloadStarted 3 (retry)',
      '301 Loaded',
    ]);
  });

  it('is not tried again without retries, nor where `retryIf` refuses it', () => {
    expect(run({ load: 'd|', options: { backoff: { maxRetries: 0 } } })).toEqual([
      '0 ReloadFailed (final)',
    ]);
    expect(run({ load: 'd|', options: { backoff: { retryIf: () => false } } })).toEqual([
      '0 ReloadFailed (final)',
    ]);
  });

  it('is what is retried: no code that threw, and no directory without a name', () => {
    expect(run({ load: 't|' })).toEqual(['0 ReloadFailed (final)']);
    expect(run({ load: 'n|' })).toEqual(['0 ReloadFailed (final)']);
  });

  it('waits for the end of a window, and is one attempt with its change', () => {
    expect(run({ load: '-d|', source: 's' })).toEqual([
      '1 ReloadFailed (retried)',
      '2 ChangeDetected',
      '2 ReloadStarted 1 (change)',
      '2 Loaded',
    ]);
  });

  it('is not tried again where a save has brought the plugin into service meanwhile', () => {
    const reload = () => ({ takesMs: 5 });
    expect(run({ load: '----d|', source: 's', reload })).toEqual([
      '2 ChangeDetected',
      '2 ReloadStarted 1 (change)',
      '4 ReloadFailed (retried)',
      '7 Loaded',
    ]);
  });

  it('is tried again also where the source has ended, and then the stream completes', () => {
    const reload = () => ({ takesMs: 5 });
    expect(run({ load: '--d|', source: '|', reload })).toEqual([
      '2 ReloadFailed (retried)',
      '2 ReloadStarted 1 (retry)',
      '7 Loaded',
      'complete',
    ]);
  });

  it('touches no plugin that was loaded', () => {
    const load = ({ cold }: RunHelpers) =>
      concat(cold('(l|)', LOADS), cold('(d|)', { d: failure('b', BUSY) }));
    expect(run({ load })).toEqual([
      '0 Loaded',
      '0 ReloadFailed (retried)',
      '0 ReloadStarted 1 (retry)',
      '0 Loaded',
    ]);
  });
});
