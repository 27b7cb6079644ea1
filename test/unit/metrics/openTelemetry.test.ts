import { type Context, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { isLeft } from 'fp-ts/lib/Either.js';
import { from, NEVER, Subject } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { openTelemetry } from '../../../src/metrics/index.js';
import { ReloadEventCodec } from '../../../src/model/codecs/ReloadEventCodec.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';

const START_MS = 1_700_000_000_000;

/** Events of the plugin `a`, each with its time after the start. */
const events = (...list: readonly (readonly [atMs: number, fact: object])[]) =>
  list.map(([atMs, fact], i): ReloadEvent => {
    const decoded = ReloadEventCodec.decode({
      ...{ v: 1, i, atMs: START_MS + atMs, plugin: 'a' },
      ...fact,
    });
    if (isLeft(decoded)) throw new Error(`no event: ${JSON.stringify(fact)}`);
    return decoded.right;
  });

const error = { _tag: 'EvaluationFailed', plugin: 'a', message: 'it threw' };
/** A change that fails once, waits, and lives. */
const MENDED = events(
  [
    30,
    {
      _tag: 'ChangeDetected',
      paths: ['a/x.ts'],
      windowMs: 20,
      change: 0,
      count: 2,
      firstAtMs: START_MS + 5,
      closedBy: 'quiet',
    },
  ],
  [35, { _tag: 'ReloadStarted', attempt: 1, changes: [0], cause: 'change', queuedMs: 5 }],
  [45, { _tag: 'ReloadFailed', error, stillServing: 1, willRetry: true, changes: [] }],
  [45, { _tag: 'RetryScheduled', attempt: 1, delayMs: 100, why: 'backoff' }],
  [145, { _tag: 'ReloadStarted', attempt: 2, changes: [0], cause: 'retry' }],
  [160, { _tag: 'Reloaded', from: 1, to: 2, stageMs: { build: 9, init: 1 }, changes: [0] }],
);

let exporter = new InMemorySpanExporter();
function tracer() {
  exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  return provider.getTracer('test');
}
afterEach(() => exporter.reset());

const msOf = ([seconds, nanos]: readonly [number, number]) =>
  seconds * 1_000 + nanos / 1e6 - START_MS;
const shown = (spans: readonly ReadableSpan[]) =>
  spans
    .map((span) => ({
      name: span.name,
      from: msOf(span.startTime),
      to: msOf(span.endTime),
      parent: spans.find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId)
        ?.name,
      isFailed: span.status.code === 2,
    }))
    .sort((a, b) => a.from - b.from || b.to - a.to);

describe('openTelemetry, spans', () => {
  it('a change is a root, with its window, its queue, its attempts and its waits as children', () => {
    openTelemetry(from(MENDED), { tracer: tracer() });

    const spans = exporter.getFinishedSpans();
    expect(shown(spans)).toEqual([
      { name: 'hotpipe.change', from: 5, to: 160, parent: undefined, isFailed: false },
      { name: 'hotpipe.window', from: 5, to: 30, parent: 'hotpipe.change', isFailed: false },
      { name: 'hotpipe.queue', from: 30, to: 35, parent: 'hotpipe.change', isFailed: false },
      { name: 'hotpipe.attempt', from: 35, to: 45, parent: 'hotpipe.change', isFailed: true },
      { name: 'hotpipe.wait', from: 45, to: 145, parent: 'hotpipe.change', isFailed: false },
      { name: 'hotpipe.attempt', from: 145, to: 160, parent: 'hotpipe.change', isFailed: false },
    ]);
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
    const last = spans.find(({ attributes }) => attributes['hotpipe.attempt'] === 2);
    expect(last?.attributes).toEqual({
      'hotpipe.plugin': 'a',
      'hotpipe.attempt': 2,
      'hotpipe.cause': 'retry',
      'hotpipe.version': 2,
      'hotpipe.stage.build_ms': 9,
      'hotpipe.stage.init_ms': 1,
    });
  });

  it('an attempt of several changes is a child of the first, with a link to the other', () => {
    const change = (number: number) => ({
      _tag: 'ChangeDetected',
      paths: ['a/x.ts'],
      windowMs: 20,
      change: number,
    });
    openTelemetry(
      from(
        events(
          [20, change(0)],
          [60, change(1)],
          [61, { _tag: 'ReloadStarted', attempt: 1, changes: [0, 1] }],
          [70, { _tag: 'Reloaded', from: 1, to: 2, stageMs: {}, changes: [0, 1] }],
        ),
      ),
      { tracer: tracer() },
    );

    const spans = exporter.getFinishedSpans();
    const roots = spans.filter(({ name }) => name === 'hotpipe.change');
    const attempt = spans.find(({ name }) => name === 'hotpipe.attempt');
    const idOf = (number: number) =>
      roots.find(({ attributes }) => attributes['hotpipe.change'] === number)?.spanContext().spanId;
    expect(attempt?.parentSpanContext?.spanId).toBe(idOf(0));
    expect(attempt?.links.map(({ context }) => context.spanId)).toEqual([idOf(1)]);
    expect(roots.map(({ endTime }) => msOf(endTime))).toEqual([70, 70]);
  });

  it('an order is a root of its own, and what is open at the close says so', () => {
    const events$ = new Subject<ReloadEvent>();
    const telemetry = openTelemetry(events$, { tracer: tracer() });
    for (const event of events(
      [0, { _tag: 'ReloadStarted', attempt: 1, changes: [], cause: 'order' }],
      [9, { _tag: 'StateSaved', bytes: 2, sha256: '' }],
    )) {
      events$.next(event);
    }
    expect(exporter.getFinishedSpans()).toEqual([]);
    telemetry.close();
    const [span] = exporter.getFinishedSpans();
    expect(span?.attributes['hotpipe.unfinished']).toBe(true);
    expect(shown(exporter.getFinishedSpans())).toEqual([
      { name: 'hotpipe.attempt', from: 0, to: 9, parent: undefined, isFailed: false },
    ]);
  });

  it.each([
    ['RolledBack', { from: 2, to: 1, reason: 'ordered' }],
    ['Restarted', { version: 1 }],
  ])('%s ends the attempt that it was ordered with', (_tag, fields) => {
    openTelemetry(
      from(
        events(
          [0, { _tag: 'ReloadStarted', attempt: 1, changes: [], cause: 'order' }],
          [7, { _tag, ...fields }],
          [90, { _tag: 'StateSaved', bytes: 2, sha256: '' }],
        ),
      ),
      { tracer: tracer() },
    );

    expect(shown(exporter.getFinishedSpans())).toEqual([
      { name: 'hotpipe.attempt', from: 0, to: 7, parent: undefined, isFailed: false },
    ]);
  });

  it('does not read the active context', () => {
    const own = tracer();
    const outer = own.startSpan('outer');
    const contexts: (Context | undefined)[] = [];
    const spying = {
      startSpan: (...args: Parameters<typeof own.startSpan>) => {
        contexts.push(args[2]);
        return own.startSpan(...args);
      },
    };
    openTelemetry(from(MENDED), { tracer: spying });
    outer.end();
    expect(contexts).toHaveLength(6);
    for (const context of contexts) expect(context && trace.getSpan(context)).not.toBe(outer);
  });
});

describe('openTelemetry, metrics', () => {
  it('writes counters, histograms and gauges, until it is closed', async () => {
    const memory = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({
      exporter: memory,
      exportIntervalMillis: 1e6,
    });
    const provider = new MeterProvider({ readers: [reader] });
    const events$ = new Subject<ReloadEvent>();
    const telemetry = openTelemetry(events$, { meter: provider.getMeter('test') });
    const breaker = { _tag: 'BreakerChanged', from: 'closed', to: 'open', reason: '' };
    for (const event of [
      ...MENDED,
      ...events(
        [200, { ...breaker, retryAtMs: null }],
        [201, { _tag: 'StateSaved', bytes: 17, sha256: '' }],
      ),
    ]) {
      events$.next(event);
    }
    const read = async () => {
      memory.reset();
      await reader.forceFlush();
      const [exported] = memory.getMetrics();
      const metrics = exported?.scopeMetrics[0]?.metrics ?? [];
      return Object.fromEntries(
        metrics.map(({ descriptor, dataPoints }) => [
          descriptor.name,
          dataPoints.map(({ attributes, value }) => ({
            ...attributes,
            value: typeof value === 'number' ? value : value.sum,
          })),
        ]),
      );
    };

    const values = await read();
    expect(values['hotpipe.events']).toContainEqual({
      plugin: 'a',
      event: 'ReloadStarted',
      value: 2,
    });
    expect(values['hotpipe.reload.failures']).toEqual([
      { plugin: 'a', error: 'EvaluationFailed', value: 1 },
    ]);
    expect(values['hotpipe.reload.duration']).toEqual([{ plugin: 'a', value: 0.015 }]);
    expect(values['hotpipe.change_to_live']).toEqual([{ plugin: 'a', value: 0.155 }]);
    expect(values['hotpipe.queue.wait']).toEqual([{ plugin: 'a', value: 0.005 }]);
    expect(values['hotpipe.stage.duration']).toEqual([
      { stage: 'build', value: 0.009 },
      { stage: 'init', value: 0.001 },
    ]);
    expect(values['hotpipe.plugin.generation']).toEqual([{ plugin: 'a', value: 2 }]);
    expect(values['hotpipe.state.size']).toEqual([{ plugin: 'a', value: 17 }]);
    expect(values['hotpipe.breaker.state']).toEqual([
      { plugin: 'a', state: 'closed', value: 0 },
      { plugin: 'a', state: 'open', value: 1 },
      { plugin: 'a', state: 'half-open', value: 0 },
    ]);
    telemetry.close();
    for (const event of events([300, { _tag: 'Loaded', version: 9 }])) events$.next(event);
    const later = await read();
    expect(later['hotpipe.plugin.generation']).toEqual([{ plugin: 'a', value: 2 }]);
    expect(later['hotpipe.events']).toEqual(values['hotpipe.events']);
    await provider.shutdown();
  });
});

describe('openTelemetry refuses at once', () => {
  it.each([
    [{}, 'needs a meter, a tracer, or both'],
    [{ meter: {} }, 'it is no Meter'],
    [{ tracer: 'console' }, 'it is no Tracer'],
  ])('%j', (options, message) => {
    expect(() => openTelemetry(NEVER, options)).toThrow(message);
  });
});
