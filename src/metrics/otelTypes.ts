/** Values of attributes, as `@opentelemetry/api` has them. */
export type OtelAttributes = Readonly<Record<string, string | number | boolean>>;

/** Seconds since 1970 and nanoseconds. */
export type OtelTime = [seconds: number, nanoseconds: number];

/** What is used of a counter of `@opentelemetry/api`. */
interface OtelCounter {
  add(value: number, attributes?: OtelAttributes): void;
}

/** What is used of a histogram of `@opentelemetry/api`. */
export interface OtelHistogram {
  record(value: number, attributes?: OtelAttributes): void;
}

/** What is used of an observable gauge of `@opentelemetry/api`. */
export interface OtelGauge {
  addCallback(callback: (result: OtelGaugeResult) => void): void;
  removeCallback(callback: (result: OtelGaugeResult) => void): void;
}

export interface OtelGaugeResult {
  observe(value: number, attributes?: OtelAttributes): void;
}

/** What is used of a `Meter` of `@opentelemetry/api` 1.x. */
export interface OtelMeter {
  createCounter(name: string, options?: { description?: string; unit?: string }): OtelCounter;
  createHistogram(name: string, options?: { description?: string; unit?: string }): OtelHistogram;
  createObservableGauge(name: string, options?: { description?: string; unit?: string }): OtelGauge;
}

/** What is used of a `Span` of `@opentelemetry/api` 1.x. */
export interface OtelSpan {
  setAttribute(name: string, value: string | number | boolean): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  spanContext(): unknown;
  end(time?: OtelTime): void;
}

/** What is used of a `Tracer` of `@opentelemetry/api` 1.x. */
export interface OtelTracer {
  startSpan(
    name: string,
    options?: {
      startTime?: OtelTime;
      attributes?: OtelAttributes;
      links?: { context: unknown }[];
    },
    context?: unknown,
  ): OtelSpan;
}
