/**
 * A histogram of durations in bounded space: buckets grow by 4.4 % each, so a quantile is within 2.2 % of the duration
 * at its rank. JSON-safe.
 */
export interface DurationSummary {
  /** Number of durations. */
  readonly count: number;
  /** Half of the durations are at most this long, in milliseconds. */
  readonly p50Ms: number;
  /** 95 % of the durations are at most this long, in milliseconds. */
  readonly p95Ms: number;
  /** 99 % of the durations are at most this long, in milliseconds. */
  readonly p99Ms: number;
  /** The longest duration, in milliseconds, exact. */
  readonly maxMs: number;
  /** Number of durations per bucket, here called a step: step n holds durations up to `2 ** (n / 16)` microseconds. */
  readonly steps: Readonly<Record<number, number>>;
}

const STEPS_PER_DOUBLING = 16;
const RATIOS = [0.5, 0.95, 0.99];

/** The summary with one more duration, in milliseconds. A negative one and NaN count as 0. */
export function addDuration(
  summary: DurationSummary | undefined,
  durationMs: number,
): DurationSummary {
  const ms = durationMs > 0 ? durationMs : 0;
  const micros = Math.max(1, ms * 1_000);
  const step = Math.ceil(Math.log2(micros) * STEPS_PER_DOUBLING);
  const steps = { ...summary?.steps, [step]: (summary?.steps[step] ?? 0) + 1 };
  const count = (summary?.count ?? 0) + 1;
  const maxMs = Math.max(summary?.maxMs ?? 0, ms);
  const [p50Ms = 0, p95Ms = 0, p99Ms = 0] = quantilesMs(steps, count).map((at) =>
    Math.min(maxMs, at),
  );
  return { count, p50Ms, p95Ms, p99Ms, maxMs, steps };
}

/** For each ratio, the middle of the bucket that holds the duration at that rank. One pass over the buckets. */
function quantilesMs(steps: Readonly<Record<number, number>>, count: number): readonly number[] {
  const found: number[] = [];
  let seen = 0;
  // In ascending order: an object lists keys that are whole numbers by their value.
  for (const [step, times] of Object.entries(steps)) {
    seen += times;
    while (found.length < RATIOS.length && seen >= Math.ceil((RATIOS[found.length] ?? 1) * count)) {
      found.push(2 ** ((Number(step) - 0.5) / STEPS_PER_DOUBLING) / 1_000);
    }
  }
  return found;
}
