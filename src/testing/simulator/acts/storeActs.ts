import type { Host } from '../host/Host.js';
import type { RunReport } from '../observe/RunReport.js';
import type { FaultDraw } from './DrawContext.js';
import { drawSave, type FileAct } from './fileActs.js';

/** Something goes wrong with the state disk. */
export type StoreAct =
  | {
      /** After `afterCalls` more calls of the state disk, `count` calls fail with this code. */
      readonly afterMs: number;
      readonly do: 'diskError';
      readonly code: string;
      readonly afterCalls: number;
      readonly count: number;
    }
  | {
      /** Each call that writes fails with this code for `forMs`: a disk that is full, or read-only, for a while. */
      readonly afterMs: number;
      readonly do: 'diskOutage';
      readonly code: string;
      readonly forMs: number;
    };

export function performStoreAct(act: StoreAct, host: Host, report: RunReport): void {
  if (act.do === 'diskError') {
    host.stateDiskAccess.fail(act.code, act.afterCalls, act.count);
    report.count('disk error', act.count);
  } else host.stateDiskAccess.failFor(act.code, act.forMs, () => report.count('disk error'));
}

export const storeFaults = {
  'disk-errors': ({ random }, { afterMs, count }) => {
    const code = random.pick('EIO', 'ENOSPC', 'EROFS');
    return [{ afterMs, do: 'diskError', code, afterCalls: random.below(9), count }];
  },
  'disk-outages': (draws, { afterMs }) => {
    const { random } = draws;
    const code = random.pick('ENOSPC', 'EROFS');
    const forMs = random.pick(40, 200, 700);
    const plugin = draws.plugin();
    // Something to save, so that the outage is met.
    return [{ afterMs, do: 'diskOutage', code, forMs }, drawSave(draws, 5, plugin)];
  },
} satisfies Record<string, FaultDraw<StoreAct | FileAct>>;
