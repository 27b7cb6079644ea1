import type { Host } from '../host/Host.js';
import type { FaultDraw } from './DrawContext.js';
import { drawSave, type FileAct } from './fileActs.js';
import { drawCrash, type HostAct } from './hostActs.js';

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
      /**
       * Each call that writes fails with this code for `forMs`: a disk that is full, or read-only, for a while. `isWhole`: each call
       * that reads, too. It outlives the host: one that starts meanwhile meets the same disk.
       */
      readonly afterMs: number;
      readonly do: 'diskOutage';
      readonly code: string;
      readonly forMs: number;
      readonly isWhole?: true;
    };

export function performStoreAct(act: StoreAct, { stateDiskAccess: access }: Host): void {
  if (act.do === 'diskError') access.fail(act.code, act.afterCalls, act.count);
  else access.failFor(act.code, act.forMs, act.isWhole === true);
}

export const storeFaults = {
  'disk-errors': ({ random }, { afterMs, count }) => {
    const code = random.pick('EIO', 'ENOSPC', 'EROFS');
    return [{ afterMs, do: 'diskError', code, afterCalls: random.below(9), count }];
  },
  'disk-outages': (draws, { afterMs }) => {
    const { random } = draws;
    const code = random.pick('ENOSPC', 'EROFS', 'EIO');
    const forMs = random.pick(40, 200, 700);
    // A disk that does not answer is one that cannot be read either.
    const whole = code === 'EIO' ? { isWhole: true as const } : {};
    const outage: StoreAct = { afterMs, do: 'diskOutage', code, forMs, ...whole };
    // Something to save, so that the outage is met; sometimes by the host that starts in it.
    const save = drawSave(draws, 5, draws.plugin());
    return random.isLucky(0.2)
      ? [outage, save, ...drawCrash(draws, afterMs, 'whole')]
      : [outage, save];
  },
} satisfies Record<string, FaultDraw<StoreAct | FileAct | HostAct>>;
