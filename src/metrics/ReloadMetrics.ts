import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import { Durations, type Measured } from './Durations.js';
import { Histograms } from './Histograms.js';
import { BREAKER_STATES, type PluginNow, PluginsNow } from './PluginsNow.js';
import type { Family, Labels } from './prometheusText.js';

/** Counts, durations and the newest values of a stream of events. Its size grows with the number of plugins, and with nothing else. */
export class ReloadMetrics {
  readonly #durations = new Durations();
  /** By plugin and event. */
  readonly #events = new Map<string, { readonly labels: Labels; count: number }>();
  readonly #failures = new Map<string, { readonly labels: Labels; count: number }>();
  readonly #histograms = {
    reload: new Histograms(),
    changeToLive: new Histograms(),
    queue: new Histograms(),
    stage: new Histograms(),
  };
  readonly #now = new PluginsNow();
  /** Codes of the source that told of a failure and of no recovery since. */
  readonly #failing = new Map<string, boolean>();

  add(event: ReloadEvent): void {
    const { plugin, _tag } = event;
    count(this.#events, [
      ['plugin', plugin],
      ['event', _tag],
    ]);
    if (_tag === 'ReloadFailed') {
      count(this.#failures, [
        ['plugin', plugin],
        ['error', event.error._tag],
      ]);
    }
    for (const measured of this.#durations.of(event)) this.#measure(plugin, measured);
    if (_tag === 'WatchFailed' || _tag === 'WatchRecovered') {
      this.#failing.set(event.code, _tag === 'WatchFailed');
    } else this.#now.add(event);
  }

  families(): readonly Family[] {
    const { reload, changeToLive, queue, stage } = this.#histograms;
    return [
      {
        name: 'hotpipe_events_total',
        help: 'Events of the pipeline, by plugin and kind.',
        type: 'counter',
        samples: countsOf(this.#events),
      },
      {
        name: 'hotpipe_reload_failures_total',
        help: 'Attempts that failed, by plugin and kind of error.',
        type: 'counter',
        samples: countsOf(this.#failures),
      },
      reload.family(
        'hotpipe_reload_duration_seconds',
        'From the start of an attempt to the moment at which its version serves.',
      ),
      changeToLive.family(
        'hotpipe_change_to_live_seconds',
        'From the first file event of a change to the moment at which a version with it serves.',
      ),
      queue.family(
        'hotpipe_queue_wait_seconds',
        'How long attempts waited for their turn under the option concurrency.',
      ),
      stage.family('hotpipe_stage_duration_seconds', 'Duration of each stage of a reload.'),
      {
        name: 'hotpipe_breaker_state',
        help: 'Whether the breaker of a plugin is in this state: 1 for one of the states, 0 for the others.',
        type: 'gauge',
        samples: this.#samples(({ breaker }) =>
          breaker === undefined
            ? []
            : BREAKER_STATES.map((state) => [[['state', state]], state === breaker ? 1 : 0]),
        ),
      },
      this.#gauge('hotpipe_plugin_generation', 'The version that serves.', 'serving'),
      this.#gauge('hotpipe_state_bytes', 'Size of the newest saved state as JSON.', 'stateBytes'),
      this.#gauge(
        'hotpipe_debounce_window_seconds',
        'The newest debounce window.',
        'windowSeconds',
      ),
      {
        name: 'hotpipe_watch_failing',
        help: 'Whether changes of some or all paths are not seen, by the code of the failure.',
        type: 'gauge',
        samples: [...this.#failing].map(([code, isFailing]) => ({
          labels: [['code', code]],
          value: isFailing ? 1 : 0,
        })),
      },
    ];
  }

  #measure(plugin: string, measured: Measured): void {
    const label = measured.what === 'stage' ? (['stage', measured.stage] as const) : undefined;
    this.#histograms[measured.what].observe([label ?? ['plugin', plugin]], measured.seconds);
  }

  #gauge(name: string, help: string, field: 'serving' | 'stateBytes' | 'windowSeconds'): Family {
    const samples = this.#samples((now) => {
      const value = now[field];
      return value === undefined ? [] : [[[], value]];
    });
    return { name, help, type: 'gauge', samples };
  }

  #samples(of: (now: PluginNow) => readonly (readonly [Labels, number])[]) {
    return [...this.#now.all()].flatMap(([plugin, now]) =>
      of(now).map(([labels, value]) => ({
        labels: [['plugin', plugin] as const, ...labels],
        value,
      })),
    );
  }
}

function count(counts: Map<string, { readonly labels: Labels; count: number }>, labels: Labels) {
  const key = JSON.stringify(labels);
  const entry = counts.get(key) ?? { labels, count: 0 };
  entry.count += 1;
  counts.set(key, entry);
}

function countsOf(counts: ReadonlyMap<string, { readonly labels: Labels; count: number }>) {
  return [...counts.values()].map(({ labels, count }) => ({ labels, value: count }));
}
