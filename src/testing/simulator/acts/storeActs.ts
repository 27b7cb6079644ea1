import type { Host } from '../host/Host.js';
import type { RunReport } from '../observe/RunReport.js';
import type { FaultDraw } from './DrawContext.js';

/** After `afterCalls` more calls of the state disk, `count` calls fail with this code. */
export interface StoreAct {
  readonly afterMs: number;
  readonly do: 'diskError';
  readonly code: string;
  readonly afterCalls: number;
  readonly count: number;
}

export function performStoreAct(act: StoreAct, host: Host, report: RunReport): void {
  host.stateDiskAccess.fail(act.code, act.afterCalls, act.count);
  report.count('disk error', act.count);
}

export const storeFaults = {
  'disk-errors': ({ random }, { afterMs, count }) => {
    const code = random.pick('EIO', 'ENOSPC', 'EROFS');
    return [{ afterMs, do: 'diskError', code, afterCalls: random.below(9), count }];
  },
} satisfies Record<string, FaultDraw<StoreAct>>;
