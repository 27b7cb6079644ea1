import type { Observable } from 'rxjs';
import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import { openTelemetryApi } from './adapters/openTelemetryApi.js';
import type { OtelMeter, OtelTracer } from './otelTypes.js';
import { ReloadInstruments } from './ReloadInstruments.js';
import { ReloadSpans } from './ReloadSpans.js';

/** What `openTelemetry` writes to: at least one of the two. */
export interface OpenTelemetryOptions {
  /** A `Meter` of `@opentelemetry/api` 1.x, such as `metrics.getMeter('my-app')`. Left out: no metrics. */
  readonly meter?: unknown;
  /** A `Tracer` of `@opentelemetry/api` 1.x, such as `trace.getTracer('my-app')`. Left out: no spans. */
  readonly tracer?: unknown;
}

/**
 * Writes the events of a pipeline to OpenTelemetry: counters, histograms and gauges to `meter`, and a trace per change to `tracer`.
 * docs/metrics.md lists the names. The global meter and tracer are not touched: whoever wants them passes them.
 *
 * Spans are made after the fact, with the times of the events, since the async context is lost on the way through operators: a root per
 * change, and below it the window that collected it, each wait and each attempt.
 *
 * Contract:
 * - Subscribes at once, and until `close()`, which ends the spans that are open, with `hotpipe.unfinished`. So does the end of `events$`.
 * - Holds: the spans of changes that have not ended, and numbers per plugin.
 * - Errors: throws a `TypeError` at once when neither is given, when one is none, or for a tracer without the package `@opentelemetry/api`.
 *
 * @param events$ - The events of `hotReload`, shared, because each subscription of `hotReload` reloads on its own.
 * @param options - Where to write to.
 */
export function openTelemetry(
  events$: Observable<ReloadEvent>,
  options: OpenTelemetryOptions,
): {
  /** Ends the subscription of `events$`, and the spans that are open. */
  close(): void;
} {
  const { meter, tracer } = options;
  if (meter === undefined && tracer === undefined) {
    throw new TypeError('openTelemetry needs a meter, a tracer, or both');
  }
  const instruments = meter === undefined ? undefined : new ReloadInstruments(checkedMeter(meter));
  const spans =
    tracer === undefined ? undefined : new ReloadSpans(checkedTracer(tracer), openTelemetryApi());
  const end = () => {
    instruments?.close();
    spans?.close();
  };
  const subscription = events$.subscribe({
    next: (event) => {
      instruments?.add(event);
      spans?.add(event);
    },
    // Whoever runs the pipeline is told of its error.
    error: () => spans?.close(),
    complete: () => spans?.close(),
  });
  return {
    close: () => {
      subscription.unsubscribe();
      end();
    },
  };
}

function checkedMeter(value: unknown): OtelMeter {
  if (isMeter(value)) return value;
  throw new TypeError(
    'openTelemetry({ meter }): it is no Meter of @opentelemetry/api, as metrics.getMeter(name) gives',
  );
}

function checkedTracer(value: unknown): OtelTracer {
  if (isTracer(value)) return value;
  throw new TypeError(
    'openTelemetry({ tracer }): it is no Tracer of @opentelemetry/api, as trace.getTracer(name) gives',
  );
}

function isMeter(value: unknown): value is OtelMeter {
  return ['createCounter', 'createHistogram', 'createObservableGauge'].every((name) =>
    hasFunction(value, name),
  );
}

function isTracer(value: unknown): value is OtelTracer {
  return hasFunction(value, 'startSpan');
}

function hasFunction(value: unknown, name: string): boolean {
  return (
    typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function'
  );
}
