import type { Family, Labels, Sample } from './prometheusText.js';

/**
 * Upper bounds in seconds. A reload of one file takes 4 ms and a stage's deadline is 5 s, so each lies within them.
 *
 * @source The defaults of Prometheus' own clients: https://pkg.go.dev/github.com/prometheus/client_golang/prometheus#pkg-variables
 */
const BOUNDS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Histogram {
  readonly labels: Labels;
  /** One per bound, and one for what is above all. */
  readonly counts: number[];
  sumSeconds: number;
}

/** Histograms of durations, one per set of labels. */
export class Histograms {
  readonly #all = new Map<string, Histogram>();

  observe(labels: Labels, seconds: number): void {
    const key = JSON.stringify(labels);
    const own = this.#all.get(key) ?? {
      labels,
      counts: Array<number>(BOUNDS_SECONDS.length + 1).fill(0),
      sumSeconds: 0,
    };
    this.#all.set(key, own);
    const at = BOUNDS_SECONDS.findIndex((bound) => seconds <= bound);
    const slot = at === -1 ? BOUNDS_SECONDS.length : at;
    own.counts[slot] = (own.counts[slot] ?? 0) + 1;
    own.sumSeconds += seconds;
  }

  family(name: string, help: string): Family {
    return { name, help, type: 'histogram', samples: [...this.#all.values()].flatMap(samplesOf) };
  }
}

function samplesOf({ labels, counts, sumSeconds }: Histogram): readonly Sample[] {
  let total = 0;
  const buckets = counts.map((count, at): Sample => {
    total += count;
    const bound = BOUNDS_SECONDS[at];
    const le = bound === undefined ? '+Inf' : String(bound);
    return { suffix: '_bucket', labels: [...labels, ['le', le]], value: total };
  });
  return [
    ...buckets,
    { suffix: '_sum', labels, value: sumSeconds },
    { suffix: '_count', labels, value: total },
  ];
}
