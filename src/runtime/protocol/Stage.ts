/** The stages of a swap, in their order. `RuntimeOptions.limitsMs` says what the deadline of each covers. */
export type Stage =
  | 'compile'
  | 'load'
  | 'validate'
  | 'quiesce'
  | 'save'
  | 'migrate'
  | 'restore'
  | 'start'
  | 'health'
  | 'commit'
  | 'dispose';

/** Deadline of each stage in milliseconds. */
export type LimitsMs = Readonly<Record<Stage, number>>;

/** While the runtime closes, what comes late is still tried: most plugins stop at once. */
const LEAST_CLOSING_MS = 50;

/** The deadlines that hold unless the host sets others. */
export const defaultLimitsMs: LimitsMs = {
  compile: 10_000,
  load: 5_000,
  validate: 5_000,
  quiesce: 2_000,
  save: 5_000,
  migrate: 5_000,
  restore: 5_000,
  start: 5_000,
  health: 5_000,
  commit: 5_000,
  dispose: 2_000,
};

/**
 * How long a stage may still run when the runtime has been closing for `elapsedMs`: `close` promises two seconds. A reload that disposes
 * of a version when the end begins holds its plugin's turn for up to 400 ms; then come QUIESCE and SAVE of what serves, and DISPOSE twice,
 * for `stop` and for what is owned. 250 ms remain for a worker that is past its deadline. Other stages are aborted.
 */
export function closingLimitMs(stage: Stage, elapsedMs: number): number {
  const until = (ms: number) => Math.max(LEAST_CLOSING_MS, ms - elapsedMs);
  switch (stage) {
    case 'quiesce':
      return Math.min(500, until(900));
    case 'save':
      return Math.min(800, until(1_350));
    case 'dispose':
      return Math.min(200, until(1_650));
    case 'compile':
    case 'load':
    case 'validate':
    case 'migrate':
    case 'restore':
    case 'start':
    case 'health':
    case 'commit':
      return Number.POSITIVE_INFINITY;
  }
}
