import fc from 'fast-check';
import { from, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { prometheusMetrics } from '../../../src/metrics/index.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { event } from '../support/events.js';

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A reader of the text format that is as strict as its description: each line is understood, or it throws. */
function read(text: string): { types: Map<string, string>; series: readonly Series[] } {
  expect(text.endsWith('\n')).toBe(true);
  const types = new Map<string, string>();
  const series: Series[] = [];
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-z_:][a-z0-9_:]*) (.*)$/s.exec(line);
    if (comment !== null) {
      const [, kind, name = '', rest = ''] = comment;
      if (kind === 'HELP') continue;
      expect(types.has(name)).toBe(false);
      expect(['counter', 'gauge', 'histogram']).toContain(rest);
      types.set(name, rest);
      continue;
    }
    const sample = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$/s.exec(line);
    if (sample === null) throw new Error(`no line of the format: ${JSON.stringify(line)}`);
    const [, name = '', inner = '', number = ''] = sample;
    const value = number === '+Inf' ? Infinity : Number(number);
    expect(value).not.toBeNaN();
    series.push({ name, labels: labelsIn(inner), value });
  }
  return { types, series };
}

function labelsIn(inner: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  let rest = inner;
  while (rest !== '') {
    const label = /^([a-z_]+)="((?:[^"\\]|\\[\\n"])*)"(?:,|$)/.exec(rest);
    if (label === null) throw new Error(`no label: ${JSON.stringify(rest)}`);
    const [whole, name = '', value = ''] = label;
    labels[name] = value.replace(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one));
    rest = rest.slice(whole.length);
  }
  return labels;
}

const familyOf = (name: string) => name.replace(/_(bucket|sum|count)$/, '');

describe('prometheusMetrics', () => {
  it('any events give a text of the format, whose counters add up to the events', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const { types, series } = read(prometheusMetrics(from(events)).text());
        for (const { name } of series)
          expect(types.has(name) || types.has(familyOf(name))).toBe(true);
        for (const name of types.keys()) {
          expect(name).toMatch(/^hotpipe_/);
          expect(name.endsWith('_total')).toBe(types.get(name) === 'counter');
        }
        const of = (name: string) => series.filter((one) => one.name === name);
        const total = of('hotpipe_events_total').reduce((sum, { value }) => sum + value, 0);
        expect(total).toBe(events.length);
        const failed = events.filter(({ _tag }) => _tag === 'ReloadFailed').length;
        const failures = of('hotpipe_reload_failures_total');
        expect(failures.reduce((sum, { value }) => sum + value, 0)).toBe(failed);
        const identities = series.map(({ name, labels }) => JSON.stringify([name, labels]));
        expect(new Set(identities).size).toBe(identities.length);
      }),
    );
  });

  it('buckets never fall, and the last is the count', () => {
    const live = (atMs: number, takesMs: number, i: number): readonly ReloadEvent[] => [
      { v: 1, i, atMs, plugin: 'a', _tag: 'ReloadStarted', attempt: 1 },
      { v: 1, i: i + 1, atMs: atMs + takesMs, plugin: 'a', _tag: 'Loaded', version: 1 },
    ];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 20_000 })), (takenMs) => {
        const events = takenMs.flatMap((ms, at) => live(at * 1_000, ms, at * 2));
        const { series } = read(prometheusMetrics(from(events)).text());
        const buckets = series.filter(
          ({ name }) => name === 'hotpipe_reload_duration_seconds_bucket',
        );
        const sorted = buckets.map(({ value }) => value);
        expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
        for (const { labels, value } of buckets) {
          const bound = labels['le'] === '+Inf' ? Infinity : Number(labels['le']);
          expect(value).toBe(takenMs.filter((ms) => Math.max(0, ms) / 1_000 <= bound).length);
        }
      }),
    );
  });

  it('goes on with its last values after an error of the events, and after close', () => {
    const events$ = new Subject<ReloadEvent>();
    const metrics = prometheusMetrics(events$);
    events$.next({ v: 1, i: 0, atMs: 0, plugin: 'a', _tag: 'Loaded', version: 3 });
    events$.error(new Error('over'));
    expect(metrics.text()).toContain('hotpipe_plugin_generation{plugin="a"} 3\n');
    metrics.close();
    expect(metrics.text()).toContain('hotpipe_plugin_generation{plugin="a"} 3\n');
  });
});
