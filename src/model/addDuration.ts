/**
 * How long something took, over all times that it was seen, in bounded room: counts by size, in steps of 4.4 %. So a
 * quantile is within 2.2 % of the duration at its rank. JSON-safe.
 */
export interface DurationSummary {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Number of durations by size: step n holds up to `2 ** (n / 16)` microseconds. */
  readonly steps: Readonly<Record<number, number>>;
}

const STEPS_PER_DOUBLING = 16;

/** The summary with one duration more. What is no duration (negative, NaN) counts as 0. */
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
  const at = (ratio: number): number => Math.min(maxMs, quantileMs(steps, count, ratio));
  return { count, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), maxMs, steps };
}

/** The middle of the step that holds the duration at the rank. */
function quantileMs(steps: Readonly<Record<number, number>>, count: number, ratio: number): number {
  const rank = Math.ceil(ratio * count);
  let seen = 0;
  // Ascending: an object lists keys that are whole numbers in their order.
  for (const [step, times] of Object.entries(steps)) {
    seen += times;
    if (seen >= rank) return 2 ** ((Number(step) - 0.5) / STEPS_PER_DOUBLING) / 1_000;
  }
  return 0;
}
