import type { Host } from '../host/Host.js';
import type { HintFate } from '../host/SimulatedBackend.js';
import { ROOT } from '../setup/Setup.js';
import type { DrawContext, FaultDraw } from './DrawContext.js';
import { drawSave, type FileAct } from './fileActs.js';

/**
 * The most breaks of the connection between two moments at which the pipeline is certainly subscribed: two fewer than it
 * survives.
 */
const MAX_CUT_COUNT = 3;

/** Something goes wrong between the file system and the pipeline. */
export type SourceAct = { readonly afterMs: number } & (
  | {
      /** The next `count` hints of the backend are lost, sent twice, or sent `delayMs` late. */
      readonly do: 'hints';
      readonly fate: HintFate;
      readonly count: number;
      readonly delayMs: number;
    }
  | {
      /** The next `count` hints are lost, and the backend then says that some were. */
      readonly do: 'overflow';
      readonly count: number;
    }
  | {
      /** The backend cannot watch the plugin's folder. */
      readonly do: 'watchError';
      readonly plugin: number;
    }
  | {
      /** The connection from the source to the pipeline breaks. */
      readonly do: 'sourceError';
    }
);

export function performSourceAct(
  act: SourceAct,
  { backend, connection }: Host,
  plugins: readonly string[],
): void {
  switch (act.do) {
    case 'hints':
      backend.setFate(act.fate, act.count, act.delayMs);
      break;
    case 'overflow':
      backend.overflow(act.count);
      break;
    case 'watchError':
      backend.refuse(`${ROOT}/${plugins[act.plugin] ?? ''}`);
      break;
    case 'sourceError':
      connection.cut();
      break;
  }
}

export const sourceFaults = {
  'lost-hints': (draws, { afterMs, count, delayMs }) => [
    { afterMs, do: 'hints', fate: 'lose', count, delayMs },
    drawSave(draws, draws.soonMs(), draws.plugin()),
  ],
  'repeated-hints': (_, { afterMs, count, delayMs }) => [
    { afterMs, do: 'hints', fate: 'repeat', count, delayMs },
  ],
  'late-hints': (_, { afterMs, count, delayMs }) => [
    { afterMs, do: 'hints', fate: 'delay', count, delayMs },
  ],
  overflow: (draws, { afterMs, count }) => [
    { afterMs, do: 'overflow', count },
    drawSave(draws, draws.soonMs(), draws.plugin()),
  ],
  'watch-errors': (draws, { afterMs }) => [{ afterMs, do: 'watchError', plugin: draws.plugin() }],
  'source-errors': (draws, { afterMs }) => {
    draws.cutCount += 1;
    return draws.cutCount > MAX_CUT_COUNT ? [] : [{ afterMs, do: 'sourceError' }];
  },
} satisfies Record<string, FaultDraw<SourceAct | FileAct>>;

/** Sometimes loses the hints of the save that comes last before quiet: no later change makes up for it. */
export function drawLastLoss({ random, faults }: DrawContext): readonly SourceAct[] {
  const isLost = faults.has('lost-hints') && random.isLucky(0.4);
  return isLost ? [{ afterMs: 90, do: 'hints', fate: 'lose', count: 3, delayMs: 0 }] : [];
}
