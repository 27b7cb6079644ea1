import { describe, expect, it } from 'vitest';
import type { ReloadEvent, ReloadFact } from '../../../src/model/reload/ReloadEvent.js';
import { describeEvents } from '../../../src/trace/describeEvents.js';
import { replayRun } from '../../../src/trace/replayRun.js';
import { runTest } from './runTest.js';
import { recordedStorm } from './storm.js';

const error = {
  ...{ _tag: 'InitFailed', plugin: 'p', message: "it's no\nlicence", stack: 'x' },
} as never;

/** Events of the plugin `p`, each at its time. */
function eventsOf(facts: readonly (readonly [number, ReloadFact])[]): readonly ReloadEvent[] {
  return facts.map(([atMs, fact], i) => ({ v: 1, i, atMs: 5_000 + atMs, plugin: 'p', ...fact }));
}
const detected = (at: number, change: number): readonly [number, ReloadFact] => [
  at,
  {
    ...{ _tag: 'ChangeDetected', paths: ['/p/plugin.toml'], windowMs: 2, change, count: 1 },
    ...{ firstAtMs: 5_000 + at - 2, kinds: ['Modified'], closedBy: 'quiet' },
  },
];
const started = (at: number, change: number): readonly [number, ReloadFact] => [
  at,
  { _tag: 'ReloadStarted', attempt: 1, changes: [change] },
];
const failed = (at: number): readonly [number, ReloadFact] => [
  at,
  { _tag: 'ReloadFailed', error, stillServing: 1, willRetry: false },
];
const loaded = [0, { _tag: 'Loaded', version: 1 }] as const;
const restored = (at: number): readonly [number, ReloadFact] => [
  at,
  { _tag: 'StateRestored', bytes: 4, sha256: 'ab' },
];
const reloaded = (at: number, from: number): readonly [number, ReloadFact] => [
  at,
  { _tag: 'Reloaded', from, to: from + 1, stageMs: {} },
];

describe('describeEvents', () => {
  it.each([
    ['a version that does not load', [loaded, detected(900, 0), started(900, 0), failed(912)]],
    [
      'a version that is taken back later',
      [
        ...[loaded, detected(900, 0), started(901, 0), restored(940), reloaded(940, 1)],
        [1_900, { _tag: 'RolledBack', from: 2, to: 1, reason: "calls 'fail'" }] satisfies readonly [
          number,
          ReloadFact,
        ],
      ],
    ],
    [
      'a list that begins in the midst of a run',
      [
        reloaded(0, 3),
        detected(700, 0),
        started(700, 0),
        reloaded(720, 4),
        detected(900, 1),
        started(900, 1),
        failed(930),
      ],
    ],
    ['a first load that fails', [loaded, detected(5, 0), started(6, 0), failed(7)]],
  ] as const)('makes a test that passes as it is of %s', (_, facts) => {
    const events = eventsOf(facts);
    const { text, form } = describeEvents('p', events);
    runTest(text);
    expect(form).not.toBe('trace');
    for (const tag of ['ReloadStarted', events.at(-1)?._tag]) expect(text).toContain(`'${tag}'`);
  });

  it('makes a test that fails when the pipeline does something else', () => {
    const events = eventsOf([loaded, detected(900, 0), started(900, 0), failed(912)]);
    const { text } = describeEvents('p', events);
    expect(() => runTest(text.replace('takesMs: 12', 'takesMs: 13'))).toThrow();
  });

  it('says why where it cannot: of nothing, and of what the events do not explain', () => {
    expect(() => describeEvents('q', eventsOf([loaded]))).toThrow('nothing of q in these events');
    const ordered = eventsOf([loaded, started(5, 0), reloaded(9, 1)]);
    expect(() => describeEvents('p', ordered)).toThrow(
      'event 2 would be missing and not ReloadStarted',
    );
  });

  it('of real runs, makes tests that pass, or says why not', async () => {
    let made = 0;
    for (let seed = 1; seed <= 6; seed += 1) {
      const { events } = await replayRun(recordedStorm(seed));
      for (const plugin of ['a', 'b', 'c']) {
        // As a host reports them: the last ones.
        const last = events.filter((event) => event.plugin === plugin).slice(-12);
        let text: string | undefined;
        try {
          text = describeEvents(plugin, last).text;
        } catch (problem) {
          expect(String(problem)).toMatch(/these events alone are no test|too close|nothing of/);
        }
        if (text === undefined) continue;
        runTest(text);
        made += 1;
      }
    }
    expect(made).toBeGreaterThan(3);
  });
});
