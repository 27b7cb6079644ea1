import type { OfChanges, ReloadEvent } from '../model/reload/ReloadEvent.js';
import type { SpanContexts } from './adapters/openTelemetryApi.js';
import type { OtelAttributes, OtelSpan, OtelTime, OtelTracer } from './otelTypes.js';

/** `SpanStatusCode.ERROR` of `@opentelemetry/api`. */
const ERROR = 2;

interface Attempt {
  readonly span: OtelSpan;
  readonly changes: readonly number[];
}

/** The spans of a plugin that have not ended. */
interface PluginSpans {
  /** The root span of each change, by its number. */
  readonly changes: Map<number, OtelSpan>;
  attempt?: Attempt | undefined;
  /** The wait for a retry. */
  wait?: OtelSpan | undefined;
}

type OpenPlugin = { readonly name: string; readonly open: PluginSpans };

/**
 * Spans from events, made after the fact with the events' own times: a root per change; its window, its waits and its attempts as children.
 * An attempt of several changes is a child of the first of them, with links to the others. An attempt of no change is a root of its own.
 */
export class ReloadSpans {
  readonly #open = new Map<string, PluginSpans>();
  #lastAtMs = 0;

  constructor(
    readonly tracer: OtelTracer,
    readonly contexts: SpanContexts,
  ) {}

  add(event: ReloadEvent): void {
    this.#lastAtMs = event.atMs;
    const { plugin: name, atMs } = event;
    const open: PluginSpans = this.#open.get(name) ?? { changes: new Map() };
    this.#open.set(name, open);
    const plugin = { name, open };
    switch (event._tag) {
      case 'ChangeDetected':
        this.#openChange(plugin, event);
        break;
      case 'ReloadStarted':
        this.#openAttempt(plugin, event);
        break;
      case 'RetryScheduled': {
        // Below the change that the attempts are below.
        const [parent] = open.changes.values();
        const attributes = {
          'hotpipe.wait': event.why ?? 'backoff',
          'hotpipe.delay_ms': event.delayMs,
        };
        open.wait?.end(timeOf(atMs));
        open.wait = this.#start(plugin, 'hotpipe.wait', atMs, attributes, parent);
        break;
      }
      case 'RolledBack':
      case 'Restarted':
        this.#endAttempt(plugin, event);
        break;
      case 'Loaded':
        open.attempt?.span.setAttribute('hotpipe.version', event.version);
        this.#endAttempt(plugin, event);
        this.#endChanges(plugin, event);
        break;
      case 'Reloaded':
        open.attempt?.span.setAttribute('hotpipe.version', event.to);
        for (const [stage, ms] of Object.entries(event.stageMs)) {
          open.attempt?.span.setAttribute(`hotpipe.stage.${stage}_ms`, ms);
        }
        this.#endAttempt(plugin, event);
        this.#endChanges(plugin, event);
        break;
      case 'ReloadFailed': {
        const failure = `${event.error._tag}: ${event.error.message}`;
        this.#endAttempt(plugin, event, failure);
        if (!event.willRetry) this.#endChanges(plugin, event, failure);
        break;
      }
      case 'Unchanged':
      case 'Superseded':
      case 'Removed':
        this.#endAttempt(plugin, event);
        this.#endChanges(plugin, event);
        break;
      default:
        break;
    }
    if (isQuiet(open)) this.#open.delete(name);
  }

  /** Ends what is open, at the time of the newest event. */
  close(): void {
    const at = timeOf(this.#lastAtMs);
    for (const { changes, attempt, wait } of this.#open.values()) {
      for (const span of [wait, attempt?.span, ...changes.values()]) {
        span?.setAttribute('hotpipe.unfinished', true);
        span?.end(at);
      }
    }
    this.#open.clear();
  }

  #openChange(plugin: OpenPlugin, event: ReloadEvent & { readonly _tag: 'ChangeDetected' }): void {
    const { change, firstAtMs = event.atMs - event.windowMs, count, closedBy, windowMs } = event;
    const root = this.#start(plugin, 'hotpipe.change', firstAtMs, {
      'hotpipe.paths': event.paths.length,
      ...(change !== undefined && { 'hotpipe.change': change }),
      ...(count !== undefined && { 'hotpipe.events': count }),
    });
    const attributes = {
      'hotpipe.window_ms': windowMs,
      ...(closedBy !== undefined && { 'hotpipe.closed_by': closedBy }),
    };
    this.#start(plugin, 'hotpipe.window', firstAtMs, attributes, root).end(timeOf(event.atMs));
    // Logs of older versions do not number the changes: only their windows are known.
    if (change === undefined) root.end(timeOf(event.atMs));
    else plugin.open.changes.set(change, root);
  }

  #openAttempt(plugin: OpenPlugin, event: ReloadEvent & { readonly _tag: 'ReloadStarted' }): void {
    const { open } = plugin;
    const { attempt, cause, queuedMs = 0, changes = [], atMs } = event;
    open.wait?.end(timeOf(atMs));
    open.wait = undefined;
    open.attempt?.span.end(timeOf(atMs));
    const [parent, ...others] = changes.flatMap((change) => open.changes.get(change) ?? []);
    if (queuedMs > 0) {
      this.#start(plugin, 'hotpipe.queue', atMs - queuedMs, {}, parent).end(timeOf(atMs));
    }
    const attributes = {
      'hotpipe.attempt': attempt,
      ...(cause !== undefined && { 'hotpipe.cause': cause }),
    };
    const span = this.#start(plugin, 'hotpipe.attempt', atMs, attributes, parent, others);
    open.attempt = { span, changes };
  }

  /** Ends the attempt, unless the event is about other changes than its own. */
  #endAttempt({ open }: OpenPlugin, event: ReloadEvent & OfChanges, failure?: string): void {
    const { attempt } = open;
    if (attempt === undefined) return;
    if (event._tag === 'Superseded') {
      const own = new Set(attempt.changes);
      if (!(event.changes ?? []).some((change) => own.has(change))) return;
    }
    end(attempt.span, event.atMs, failure);
    open.attempt = undefined;
  }

  #endChanges({ open }: OpenPlugin, event: ReloadEvent & OfChanges, failure?: string): void {
    for (const change of event.changes ?? []) {
      const root = open.changes.get(change);
      if (root === undefined) continue;
      root.setAttribute('hotpipe.end', event._tag);
      end(root, event.atMs, failure);
      open.changes.delete(change);
    }
    if (open.changes.size > 0) return;
    open.wait?.end(timeOf(event.atMs));
    open.wait = undefined;
  }

  #start(
    { name }: OpenPlugin,
    span: string,
    atMs: number,
    attributes: OtelAttributes,
    parent?: OtelSpan,
    linked: readonly OtelSpan[] = [],
  ): OtelSpan {
    const { contexts } = this;
    return this.tracer.startSpan(
      span,
      {
        startTime: timeOf(atMs),
        attributes: { 'hotpipe.plugin': name, ...attributes },
        links: linked.map((other) => ({ context: other.spanContext() })),
      },
      parent === undefined ? contexts.root : contexts.withSpan(parent),
    );
  }
}

function isQuiet({ changes, attempt, wait }: PluginSpans): boolean {
  return changes.size === 0 && attempt === undefined && wait === undefined;
}

function end(span: OtelSpan, atMs: number, failure: string | undefined): void {
  if (failure !== undefined) span.setStatus({ code: ERROR, message: failure });
  span.end(timeOf(atMs));
}

function timeOf(ms: number): OtelTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1_000_000)];
}
