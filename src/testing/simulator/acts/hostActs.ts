import type { Host } from '../host/Host.js';
import type { RollbackOrder } from '../observe/RunObserver.js';
import type { ProgramFault } from '../plugin/PluginProgram.js';
import type { CallAct } from './callActs.js';
import type { DrawContext, FaultDraw, FaultTiming } from './DrawContext.js';
import { drawSave, type FileAct } from './fileActs.js';

/** The host dies in the middle of a call of its state disk, or after a second when there are too few calls. */
export interface CrashAct {
  readonly afterMs: number;
  readonly do: 'crash';
  /** A killed process leaves all that it wrote; a loss of power only what was flushed. */
  readonly kind: 'kill' | 'powerLoss';
  /** Calls of the state disk that still succeed. */
  readonly afterCalls: number;
  /** The seed that draws what a loss of power leaves on the disk. */
  readonly seed: number;
  /** The plugin of whose newest record a bit flips while the host is down. Left out: none. */
  readonly rots?: number;
}

/** Something happens to the host process, its clock, or its pipeline. */
export type HostAct =
  | CrashAct
  | ({ readonly afterMs: number } & (
      | {
          /** The wall clock is set, forward or back. */
          readonly do: 'clock';
          readonly byMs: number;
        }
      | {
          /**
           * A person goes to the version that is so many before the one that serves, or after it where that is negative. `trusted`: to the
           * one that was trusted last.
           */
          readonly do: 'rollback';
          readonly plugin: number;
          readonly by: RollbackOrder['by'];
          readonly back: number | 'trusted';
        }
      | {
          /** A person restarts the version that serves. */
          readonly do: 'restartPlugin';
          readonly plugin: number;
        }
      | {
          /** The pipeline is unsubscribed and its host closed, and another host starts; the next hook throws; quiet is awaited and checked. */
          readonly do: 'unsubscribe' | 'throwInHook' | 'quiet';
        }
    ));

/** The machine that the host runs on, as acts use it. */
export interface Machine {
  readonly host: Host;
  readonly plugins: readonly string[];
  crash(act: CrashAct): Promise<void>;
  setClock(byMs: number): void;
  rollBack(plugin: string, by: RollbackOrder['by'], back: number | 'trusted'): Promise<void>;
  restartPlugin(plugin: string): Promise<void>;
  restart(): Promise<void>;
  awaitQuiet(): Promise<void>;
}

export async function performHostAct(act: HostAct, machine: Machine): Promise<void> {
  switch (act.do) {
    case 'crash':
      await machine.crash(act);
      break;
    case 'clock':
      machine.setClock(act.byMs);
      break;
    case 'rollback':
      await machine.rollBack(machine.plugins[act.plugin] ?? '', act.by, act.back);
      break;
    case 'restartPlugin':
      await machine.restartPlugin(machine.plugins[act.plugin] ?? '');
      break;
    case 'unsubscribe':
      await machine.restart();
      break;
    case 'throwInHook':
      machine.host.failingHookCount += 1;
      break;
    case 'quiet':
      await machine.awaitQuiet();
      break;
  }
}

export const hostFaults = {
  crash: (draws, timing) => drawCrash(draws, timing.afterMs, 'whole'),
  'corrupt-records': (draws, timing) => drawCrash(draws, timing.afterMs, 'damaged'),
  'clock-jumps': ({ random }, { afterMs }) => {
    // Up to ten years, forward or back.
    const byMs = random.pick(-1, 1) * random.pick(50, 3_600_000, 315_576_000_000);
    return [{ afterMs, do: 'clock', byMs }];
  },
  unsubscribe: (draws, { afterMs }) => {
    draws.cutCount = 0;
    return [{ afterMs, do: 'unsubscribe' }];
  },
  'throwing-hooks': (_, { afterMs }) => [{ afterMs, do: 'throwInHook' }],
  rollback: drawRollbacks,
  'bad-versions': drawBadVersion,
  'plugin-restarts': (draws, { afterMs }) => [
    { afterMs, do: 'restartPlugin', plugin: draws.plugin() },
  ],
} satisfies Record<string, FaultDraw<HostAct | FileAct | CallAct>>;

/** A version that loads well, and whose calls or health are bad: only a probation finds that. */
function drawBadVersion(
  draws: DrawContext,
  { afterMs }: FaultTiming,
): readonly (FileAct | CallAct)[] {
  const { random } = draws;
  const plugin = draws.plugin();
  const fault = random.pick<ProgramFault>('bumpThrows', 'slowBumpThrows', 'sickens');
  const program = { id: draws.nextProgramId(), startMs: 0, fault };
  const takesMs = fault === 'slowBumpThrows' ? 2 : 0;
  const calls = Array.from({ length: 4 }, (_, at): CallAct => {
    return { afterMs: at === 0 ? 130 : 3, do: 'call', plugin, takesMs };
  });
  // A call of the other function succeeds in between.
  const other: CallAct = { afterMs: 1, do: 'call', plugin, takesMs: 2 - takesMs };
  return [
    { afterMs, do: 'write', plugin, program },
    ...calls.slice(0, 1),
    other,
    ...calls.slice(1),
  ];
}

/** One order after another for the same plugin, in between saves, and writes of the bytes that are on the disk. */
function drawRollbacks(
  draws: DrawContext,
  { afterMs }: FaultTiming,
): readonly (HostAct | FileAct | CallAct)[] {
  const { random } = draws;
  const plugin = draws.plugin();
  const acts: (HostAct | FileAct | CallAct)[] = [];
  const count = random.pick(1, 1, 2, 3);
  for (let order = 0; order < count; order += 1) {
    const by = random.pick<RollbackOrder['by']>('replace', 'rollBack');
    const back = by === 'rollBack' && random.isLucky(0.3) ? 'trusted' : random.pick(1, 1, 2, -1);
    acts.push({ afterMs, do: 'rollback', plugin, by, back });
    const next = random.pick('rewrite', 'call', 'nothing', 'restartPlugin');
    if (next === 'call') acts.push({ afterMs: 3, do: 'call', plugin, takesMs: 0 });
    else if (next !== 'nothing') acts.push({ afterMs: 30, do: next, plugin });
  }
  return acts;
}

/** A save, so that there is something to lose, and a crash in the middle of it. */
export function drawCrash(
  draws: DrawContext,
  afterMs: number,
  records: 'whole' | 'damaged',
): readonly (HostAct | FileAct)[] {
  const { random } = draws;
  const kind = random.pick('kill', 'powerLoss');
  const rots = records === 'damaged' ? { rots: draws.plugin() } : {};
  const seed = random.below(2 ** 31);
  const save = drawSave(draws, 0, draws.plugin());
  return [save, { afterMs, do: 'crash', kind, afterCalls: random.below(24), seed, ...rots }];
}
