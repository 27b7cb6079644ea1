export interface SettleOptions {
  readonly settleMs: number;
  readonly settleMaxMs: number;
  /** How far apart the looks of a backend are that only asks for looks, in milliseconds. Default 0: it names what changes. */
  readonly lookEveryMs?: number;
}

/** The open batch, in times of the source's clock. */
export interface OpenBatch {
  readonly firstMs: number;
  readonly lastHintMs: number;
  /** When the batch before was emitted. */
  readonly lastEmitMs: number;
  /** Whether each touched path had a file and has one: nothing here can turn out to be half of a rename. */
  readonly isOnlyEdits: () => boolean;
  /** How long from now until each file has been the same for long enough; 0: now. */
  readonly unstableForMs: () => number;
}

export type SettleStep =
  | { readonly _tag: 'close' }
  | { readonly _tag: 'lookNextTurn' }
  | { readonly _tag: 'wait'; readonly ms: number };

/**
 * When to close a batch. Edits that come after a pause are reported as soon as their files hold still; everything else
 * waits until no hint came for `settleMs`, and nothing waits longer than `settleMaxMs`.
 */
export function settle(
  batch: OpenBatch,
  { settleMs, settleMaxMs }: SettleOptions,
  nowMs: number,
): SettleStep {
  const latestMs = batch.firstMs + settleMaxMs;
  if (nowMs >= latestMs) return { _tag: 'close' };

  const isFirstAfterPause = batch.firstMs - batch.lastEmitMs >= settleMs;
  const isEager = isFirstAfterPause && batch.isOnlyEdits();
  const quietMs = batch.lastHintMs + settleMs;
  if (!isEager && nowMs < quietMs) {
    return { _tag: 'wait', ms: Math.min(quietMs, latestMs) - nowMs };
  }
  const unstableForMs = batch.unstableForMs();
  if (unstableForMs <= 0) return { _tag: 'close' };
  if (unstableForMs < 1) return { _tag: 'lookNextTurn' };
  return { _tag: 'wait', ms: Math.min(unstableForMs, latestMs - nowMs) };
}
