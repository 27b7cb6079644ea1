import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import { Durations, type Measured } from './Durations.js';
import type { OtelGauge, OtelGaugeResult, OtelHistogram, OtelMeter } from './otelTypes.js';
import { BREAKER_STATES, PluginsNow } from './PluginsNow.js';

/** Writes counts, durations and the newest values to the instruments of a meter. */
export class ReloadInstruments {
  readonly #durations = new Durations();
  readonly #now = new PluginsNow();
  readonly #events;
  readonly #failures;
  readonly #histograms: Readonly<Record<Measured['what'], OtelHistogram>>;
  readonly #gauges: readonly (readonly [OtelGauge, (result: OtelGaugeResult) => void])[];

  constructor(meter: OtelMeter) {
    this.#events = meter.createCounter('hotpipe.events', { description: 'Events of the pipeline' });
    this.#failures = meter.createCounter('hotpipe.reload.failures', {
      description: 'Attempts that failed',
    });
    const histogram = (name: string, description: string) =>
      meter.createHistogram(name, { description, unit: 's' });
    this.#histograms = {
      reload: histogram('hotpipe.reload.duration', 'From the start of an attempt to its version'),
      changeToLive: histogram('hotpipe.change_to_live', 'From a first file event to its version'),
      queue: histogram('hotpipe.queue.wait', 'Waits for a turn under the option concurrency'),
      stage: histogram('hotpipe.stage.duration', 'Duration of each stage of a reload'),
    };
    const gauge = (
      name: string,
      options: { description: string; unit?: string },
      tell: (result: OtelGaugeResult) => void,
    ) => {
      const made = meter.createObservableGauge(name, options);
      made.addCallback(tell);
      return [made, tell] as const;
    };
    this.#gauges = [
      gauge('hotpipe.plugin.generation', { description: 'The version that serves' }, (result) => {
        for (const [plugin, { serving }] of this.#now.all()) {
          if (serving !== undefined) result.observe(serving, { plugin });
        }
      }),
      gauge('hotpipe.breaker.state', { description: '1 for the state of a breaker' }, (result) => {
        for (const [plugin, { breaker }] of this.#now.all()) {
          if (breaker === undefined) continue;
          for (const state of BREAKER_STATES) {
            result.observe(state === breaker ? 1 : 0, { plugin, state });
          }
        }
      }),
      gauge('hotpipe.state.size', { description: 'Newest saved state', unit: 'By' }, (result) => {
        for (const [plugin, { stateBytes }] of this.#now.all()) {
          if (stateBytes !== undefined) result.observe(stateBytes, { plugin });
        }
      }),
    ];
  }

  add(event: ReloadEvent): void {
    const { plugin, _tag } = event;
    this.#events.add(1, { plugin, event: _tag });
    if (_tag === 'ReloadFailed') this.#failures.add(1, { plugin, error: event.error._tag });
    for (const measured of this.#durations.of(event)) {
      const attributes = measured.what === 'stage' ? { stage: measured.stage } : { plugin };
      this.#histograms[measured.what].record(measured.seconds, attributes);
    }
    this.#now.add(event);
  }

  /** Ends the answers to the meter's questions. */
  close(): void {
    for (const [gauge, tell] of this.#gauges) gauge.removeCallback(tell);
  }
}
