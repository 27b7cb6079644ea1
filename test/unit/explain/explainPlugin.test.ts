import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { explainPlugin } from '../../../src/explain/index.js';
import { ReloadEventCodec } from '../../../src/model/codecs/ReloadEventCodec.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';

/** Events of the plugin `a`, each with its time. */
const events = (...list: readonly (readonly [atMs: number, fact: object])[]) =>
  list.map(([atMs, fact], i): ReloadEvent => {
    const decoded = ReloadEventCodec.decode({ v: 1, i, atMs, plugin: 'a', ...fact });
    if (isLeft(decoded)) throw new Error(`no event: ${JSON.stringify(fact)}`);
    return decoded.right;
  });

const changed = (change: number, more: object = {}) => ({
  ...{ _tag: 'ChangeDetected', paths: ['a/index.ts'], windowMs: 25, change, ...more },
});
const started = (changes: readonly number[], more: object = {}) => ({
  ...{ _tag: 'ReloadStarted', attempt: 1, changes, cause: 'change', queuedMs: 0, ...more },
});
const failed = (changes: readonly number[], error: object, willRetry = false) => ({
  ...{ _tag: 'ReloadFailed', changes, stillServing: 1, willRetry },
  error: { plugin: 'a', ...error },
});
const reloaded = (changes: readonly number[]) => ({
  ...{ _tag: 'Reloaded', from: 1, to: 2, stageMs: { build: 3, init: 1 }, changes },
});
const threw = { _tag: 'EvaluationFailed', message: 'index.ts:1 threw an Error: no' };

/** Each situation: its events, and what the newest explanation says. */
const SITUATIONS: readonly (readonly [
  name: string,
  events: readonly ReloadEvent[],
  says: readonly RegExp[],
])[] = [
  [
    'several events folded into one change, closed by quiet',
    events(
      [30, changed(0, { count: 3, firstAtMs: 0, lastAtMs: 12, closedBy: 'quiet' })],
      [31, started([0])],
      [40, reloaded([0])],
    ),
    [
      /^a\/index\.ts changed \(change 0\)\.$/,
      /^3 events that came within 12 ms were folded/,
      /^Its window of 25 ms closed because nothing else came\.$/,
      /^Version 2 serves in place of 1, after 4\.0 ms of work\.$/,
    ],
  ],
  [
    'a save that just missed the window before',
    events(
      [30, changed(0)],
      [31, started([0])],
      [40, reloaded([0])],
      [70, changed(1, { afterFlushMs: 4, closedBy: 'quiet' })],
      [71, started([1])],
      [80, reloaded([1])],
    ),
    [/just missed the window before, which had closed 4\.0 ms earlier/],
  ],
  [
    'waits for its turn',
    events([30, changed(0)]),
    [/^Its reload has not begun: others have their turn before it, or a reload of the plugin/],
  ],
  [
    'waits for a retry',
    events(
      [30, changed(0)],
      [31, started([0])],
      [40, failed([0], threw, true)],
      [40, { _tag: 'RetryScheduled', attempt: 1, delayMs: 200, why: 'backoff' }],
    ),
    [
      /^It failed with EvaluationFailed: index\.ts:1 threw an Error: no\.$/,
      /^Version 1 still serves; it will be tried again\.$/,
      /^It waits 200 ms for the next attempt \(backoff\)\.$/,
      /^Its next attempt is due in 200 ms\.$/,
    ],
  ],
  [
    'the breaker is open, until when',
    events(
      [30, changed(0)],
      [31, started([0])],
      [40, failed([0], threw, true)],
      [
        40,
        {
          ...{ _tag: 'BreakerChanged', from: 'closed', to: 'open', retryAtMs: 30_040 },
          reason: '5 failures in a row',
        },
      ],
      [40, { _tag: 'RetryScheduled', attempt: 1, delayMs: 30_000, why: 'circuitOpen' }],
    ),
    [
      /^Its breaker opened for 30\.0 s, until 1970-01-01T00:00:30\.040Z\. 5 failures in a row\.$/,
      /^It waits 30\.0 s for its breaker, which admits no attempt before\.$/,
    ],
  ],
  [
    'a probe of an open breaker',
    events(
      [30, changed(0)],
      [31, { _tag: 'RetryScheduled', attempt: 1, delayMs: 900, why: 'probeGap' }],
      [931, started([0], { cause: 'probe' })],
      [940, reloaded([0])],
    ),
    [/for the next probe of its open breaker/, /began, as the probe of an open breaker/],
  ],
  [
    'the queue of concurrency',
    events([30, changed(0)], [95, started([0], { queuedMs: 65 })], [99, reloaded([0])]),
    [/It had waited 65 ms for its turn \(option concurrency\)\./],
  ],
  [
    'the same bytes',
    events(
      [30, changed(0)],
      [31, started([0])],
      [33, { _tag: 'Unchanged', reason: 'sameBytes', changes: [0] }],
    ),
    [/byte for byte, those of the version that serves/],
  ],
  [
    'created and deleted: already gone',
    events([30, changed(0)], [33, { _tag: 'Unchanged', reason: 'alreadyGone', changes: [0] }]),
    [/it was unloaded already/],
  ],
  [
    'a dependency that is coming',
    events(
      [30, changed(0)],
      [31, started([0])],
      [
        33,
        failed(
          [0],
          {
            ...{ _tag: 'ManifestInvalid', message: 'a needs b, which does not serve', awaits: 'b' },
            ...{ file: 'a/plugin.toml', line: 1, column: 1, frame: '', problems: ['b'] },
          },
          false,
        ),
      ],
    ),
    [/It waits for b, and is tried as soon as that one serves\./],
  ],
  [
    'reloaded because of a dependency',
    events([31, started([], { cause: 'dependency' })], [33, reloaded([])]),
    [/Attempt 1 began, because a plugin that it needs changed or came to serve\./],
  ],
  [
    'capabilities that nobody approved',
    events(
      [30, changed(0)],
      [31, started([0])],
      [33, failed([0], { _tag: 'CapabilitiesNotApproved', message: 'a asks for net' })],
    ),
    [/Approve them with approveCapabilities/, /the next save will be tried\.$/],
  ],
  [
    'suspect after a crash',
    events(
      [30, changed(0)],
      [31, started([0])],
      [33, failed([0], { _tag: 'VersionSuspect', message: 'not run again' })],
    ),
    [/The host had ended while this version was on trial/],
  ],
  [
    'rolled back, and refused since',
    events(
      [30, changed(0)],
      [31, started([0])],
      [33, reloaded([0])],
      [90, { _tag: 'RolledBack', from: 2, to: 1, reason: '3 of 3 calls of inc failed' }],
    ),
    [
      /Version 2 was rolled back, and version 1 serves\. 3 of 3 calls of inc failed\./,
      /not tried again until one of them changes/,
    ],
  ],
  [
    'refused since it was rolled back',
    events(
      [99, changed(1)],
      [99, started([1])],
      [99, failed([1], { _tag: 'ProbationFailed', message: 'version 2 had failed its probation' })],
    ),
    [/It had been rolled back, so the same files are not tried again/],
  ],
  [
    'calls are under way',
    events(
      [30, changed(0)],
      [31, started([0])],
      [
        5_031,
        failed([0], { _tag: 'TimedOut', message: 'quiesce', phase: 'quiesce', limitMs: 5_000 }),
      ],
    ),
    [/Calls were under way, and the new version does not take over before they end\./],
  ],
  [
    'two changes, one reload',
    events(
      [30, changed(0)],
      [31, started([0])],
      [35, changed(1)],
      [36, started([0, 1], { attempt: 2 })],
      [40, reloaded([0, 1])],
    ),
    [/One reload did for it and change 0\./],
  ],
  [
    'an attempt under way',
    events(
      [30, changed(0)],
      [31, started([0])],
      [81, { _tag: 'StateSaved', bytes: 1, sha256: '' }],
    ),
    [/Its attempt has been under way for/],
  ],
  [
    'restarted after a crash',
    events([30, { _tag: 'Restarted', version: 1, reason: 'its thread ended' }]),
    [/^Version 1 was started again from the code that it had\.$/, /^its thread ended\.$/],
  ],
  [
    'state that stayed behind',
    events([30, { _tag: 'StateLost', from: 2, to: 1, reason: 'there is no way down' }]),
    [/^State stayed behind\. there is no way down\.$/],
  ],
  [
    'a shared module changed',
    events([30, { _tag: 'RestartNeeded', paths: ['db.ts'], reason: 'the host shares it' }]),
    [/^db\.ts changed, which no reload takes over\. the host shares it\.$/],
  ],
  [
    'its folder is gone',
    events([30, changed(0)], [31, { _tag: 'Removed', changes: [0] }]),
    [/folder is gone/],
  ],
];

describe('explainPlugin', () => {
  it.each(SITUATIONS)('%s', (_name, all, says) => {
    const [newest] = explainPlugin(all, 'a');

    for (const text of says) {
      expect(
        newest?.because.some((sentence) => text.test(sentence)),
        newest?.text,
      ).toBe(true);
    }
  });

  it('says which change took the place of another', () => {
    const all = [
      [30, changed(0)],
      [35, changed(1)],
      [35, { _tag: 'Superseded', changes: [0], by: 1 }],
    ] as const;

    expect(explainPlugin(events(...all), 'a')[1]?.text).toBe(
      'a: a/index.ts changed (change 0). Change 1 took its place before it was reloaded; the reload of change 1 has it too.',
    );
  });

  it('tells each change once, the newest first, and no other plugin', () => {
    const all = events(
      [30, changed(0)],
      [31, started([0])],
      [35, changed(1)],
      [40, reloaded([0])],
      [41, started([1])],
      [50, reloaded([1])],
      [60, { ...reloaded([]), plugin: 'b' }],
    );
    const told = explainPlugin(all, 'a');

    expect(told.map(({ atMs }) => atMs)).toEqual([35, 30]);
    expect(told.every(({ text }) => text.includes('serves in place of'))).toBe(true);
    expect(explainPlugin(all, 'a', { last: 1 })).toEqual(told.slice(0, 1));
    expect(explainPlugin(all, 'c')).toEqual([]);
  });

  it('an order is one story, with its retries and its end, and takes nothing of a change that waits', () => {
    const restart = { cause: 'restart' };
    const told = explainPlugin(
      events(
        [10, changed(0)],
        [11, started([], restart)],
        [12, { _tag: 'StateSaved', bytes: 1, sha256: '' }],
        [20, failed([], threw, true)],
        [30, started([], { ...restart, attempt: 2 })],
        [40, { _tag: 'Restarted', version: 1 }],
        [50, started([0])],
        [60, reloaded([0])],
        [70, { _tag: 'RolledBack', from: 2, to: 1, reason: 'it failed its probation' }],
      ),
      'a',
    );

    expect(told.map(({ atMs }) => atMs)).toEqual([70, 11, 10]);
    expect(told[1]?.because.at(-1)).toBe('Version 1 was started again from the code that it had.');
    expect(told[1]?.text).toContain('It failed with EvaluationFailed');
    expect(told[2]?.text).not.toContain('EvaluationFailed');
  });

  it('a rollback by order is the end of its attempt', () => {
    const [newest, ...others] = explainPlugin(
      events(
        [10, started([], { cause: 'order' })],
        [20, { _tag: 'RolledBack', from: 2, to: 1, reason: 'ordered' }],
      ),
      'a',
    );

    expect(others).toEqual([]);
    expect(newest?.text).toMatch(/began, because it was ordered.*version 1 serves/);
  });

  it('understands logs of older versions, where changes have no numbers', () => {
    const added = new Set(['change', 'changes', 'cause', 'queuedMs']);
    const strip = (fact: object) =>
      Object.fromEntries(Object.entries(fact).filter(([name]) => !added.has(name)));
    const told = explainPlugin(
      events(
        [30, strip(changed(0))],
        [31, strip(started([0]))],
        [40, strip(failed([0], threw, true))],
        [60, strip(started([0], { attempt: 2 }))],
        [70, strip(reloaded([0]))],
      ),
      'a',
    );

    expect(told).toHaveLength(1);
    expect(told[0]?.text).toMatch(
      /^a: a\/index\.ts changed\. .*EvaluationFailed.*Version 2 serves/,
    );
  });

  it.each([0, 1.5, Number.NaN])('refuses last: %d', (last) => {
    expect(() => explainPlugin([], 'a', { last })).toThrow(/last \(.*\) is no whole number from 1/);
  });
});
