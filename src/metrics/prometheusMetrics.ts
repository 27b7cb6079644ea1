import type { Observable } from 'rxjs';
import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import { prometheusText } from './prometheusText.js';
import { ReloadMetrics } from './ReloadMetrics.js';

/** The content type of `prometheusMetrics(...).text()`, for the header of an answer. */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The metrics of a pipeline as text for Prometheus. docs/metrics.md lists their names. Nothing is registered anywhere: two pipelines of a
 * process have two of these, and a server of the caller's answers with the text.
 *
 * Contract:
 * - Subscribes at once, and until `close()`. After that, and after the end or an error of `events$`, the text keeps its last values.
 * - Holds: numbers per plugin. Counters of a plugin that was removed stay, as Prometheus asks; its gauges are gone.
 *
 * @param events$ - The events of `hotReload`, shared, because each subscription of `hotReload` reloads on its own.
 *
 * @example
 * ```ts
 * const at = { v: 1, atMs: 5, plugin: 'counter' } as const;
 * const metrics = prometheusMetrics(of({ ...at, i: 0, _tag: 'Loaded', version: 1 } as const));
 *
 * metrics.text().includes('hotpipe_plugin_generation{plugin="counter"} 1'); // => true
 * ```
 */
export function prometheusMetrics(events$: Observable<ReloadEvent>): {
  /** The metrics as they are now. */
  text(): string;
  /** Ends the subscription of `events$`. */
  close(): void;
} {
  const metrics = new ReloadMetrics();
  const subscription = events$.subscribe({
    next: (event) => metrics.add(event),
    // Whoever runs the pipeline is told of its error; a server of metrics goes on with what it has.
    error: () => undefined,
  });
  return {
    text: () => prometheusText(metrics.families()),
    close: () => subscription.unsubscribe(),
  };
}
