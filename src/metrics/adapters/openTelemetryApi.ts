import { createRequire } from 'node:module';

/** What is used of `@opentelemetry/api`: a context that holds a span, so that another span becomes its child. */
export interface SpanContexts {
  readonly root: unknown;
  withSpan(span: unknown): unknown;
}

/** Loads the caller's `@opentelemetry/api`, which is an optional peer. Throws a `TypeError` that says what to install when it is absent. */
export function openTelemetryApi(): SpanContexts {
  const { trace, ROOT_CONTEXT: root } = load();
  const setSpan = isRecord(trace) ? trace.setSpan : undefined;
  if (root === undefined || typeof setSpan !== 'function') {
    throw new TypeError(
      'openTelemetry({ tracer }): this @opentelemetry/api is none that is known; install version 1.9 or newer',
    );
  }
  return {
    root,
    withSpan: (span) => {
      const context: unknown = Reflect.apply(setSpan, trace, [root, span]);
      return context;
    },
  };
}

function load(): Readonly<Record<string, unknown>> {
  try {
    const api: unknown = createRequire(import.meta.url)('@opentelemetry/api');
    return isRecord(api) ? api : {};
  } catch (error) {
    throw new TypeError(
      'openTelemetry({ tracer }) needs the package @opentelemetry/api, which is an optional peer of hotpipe: npm install @opentelemetry/api',
      { cause: error },
    );
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
