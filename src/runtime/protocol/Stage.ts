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

/** Deadlines while the runtime closes. `dispose` runs twice, so they sum up to 1.9 s: `close` promises two seconds. */
export const closingLimitsMs: Partial<LimitsMs> = { quiesce: 500, save: 800, dispose: 300 };

/** For each stage the earlier of two deadlines. */
export function shorterLimitsMs(usualMs: LimitsMs, otherMs: Partial<LimitsMs>): LimitsMs {
  const shorter = (stage: Stage) => Math.min(usualMs[stage], otherMs[stage] ?? usualMs[stage]);
  return {
    compile: shorter('compile'),
    load: shorter('load'),
    validate: shorter('validate'),
    quiesce: shorter('quiesce'),
    save: shorter('save'),
    migrate: shorter('migrate'),
    restore: shorter('restore'),
    start: shorter('start'),
    health: shorter('health'),
    commit: shorter('commit'),
    dispose: shorter('dispose'),
  };
}
