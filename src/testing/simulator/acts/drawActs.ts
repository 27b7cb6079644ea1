import type { SeededRandom } from '../../../policies/SeededRandom.js';
import { type Setup, WORKERS } from '../setup/Setup.js';
import type { Act } from './Act.js';
import { BESIDE, besideDrawer } from './besideActs.js';
import { drawCalls } from './callActs.js';
import { compilerFaults } from './compilerActs.js';
import { DrawContext, type FaultDraw } from './DrawContext.js';
import {
  drawBlink,
  drawBrokenManifest,
  drawMove,
  drawPart,
  drawPutBack,
  drawRemoval,
  drawRewrite,
  drawSave,
  drawSteadySaves,
  drawStorm,
  fileFaults,
} from './fileActs.js';
import { hostFaults } from './hostActs.js';
import { drawLinks, linkFaults } from './linkActs.js';
import { drawLastLoss, sourceFaults } from './sourceActs.js';
import { storeFaults } from './storeActs.js';
import { drawThreadActs } from './threadActs.js';

/** The ratio of draws that are faults, if faults may happen. */
const FAULT_RATIO = 0.25;
/** The ratio of draws that concern threads, where plugins run in workers. */
const THREADS_RATIO = 0.2;
/** Faults that end the host: of those that are drawn, only this ratio happens, so that some hosts also live long. */
const ENDING_FAULTS: readonly string[] = ['crash', 'unsubscribe', 'corrupt-records'];
const ENDING_RATIO = 0.4;

/** How each fault is drawn, by name. The order decides what a seed draws: recorded seeds depend on it. */
const faultDraws: Readonly<Record<string, FaultDraw<Act>>> = {
  ...sourceFaults,
  ...fileFaults,
  ...linkFaults,
  ...compilerFaults,
  ...storeFaults,
  ...hostFaults,
  [WORKERS]: drawThreadActs,
  // Drawn between all others, see `besideDrawer`.
  [BESIDE]: () => [],
};

/** Names of the faults that `simulate({ faults })` can let happen. Left out, each seed picks some of them. */
export const simulatorFaults: readonly string[] = Object.keys(faultDraws);

/** Returns a function that draws the next act of an endless history. `beside` draws what is written beside, where that may happen. */
export function actDrawer(
  random: SeededRandom,
  setup: Setup,
  faults: ReadonlySet<string>,
  beside?: SeededRandom,
): () => Act {
  const draws = new DrawContext(random, setup, faults);
  const names = [...faults].filter((name) => name !== BESIDE);
  const nextBeside = beside && besideDrawer(draws, beside);
  /** Acts that are drawn and not yet returned: most draws make several. */
  const queue: Act[] = [];
  /** Number of draws until the run next waits for quiet and checks what must hold then. */
  let untilQuiet = 12 + random.below(40);
  return () => {
    const written = nextBeside?.(queue.length === 0);
    if (written !== undefined) return written;
    for (;;) {
      const next = queue.shift();
      if (next !== undefined) return next;
      untilQuiet -= 1;
      if (untilQuiet <= 0) {
        untilQuiet = 12 + random.below(40);
        draws.cutCount = 0;
        queue.push(...drawQuiet(draws));
        continue;
      }
      if (faults.has(WORKERS) && random.isLucky(THREADS_RATIO)) {
        queue.push(...drawThreadActs(draws));
        continue;
      }
      const name = names[random.below(names.length)];
      if (name === undefined || !random.isLucky(FAULT_RATIO)) queue.push(...drawOrdinary(draws));
      else if (!ENDING_FAULTS.includes(name) || random.isLucky(ENDING_RATIO)) {
        queue.push(...drawFault(name, draws));
      }
    }
  };
}

/** Draws ordinary acts: calls, saves, and now and then something larger. */
function drawOrdinary(draws: DrawContext): readonly Act[] {
  const roll = draws.random.next();
  if (roll < 0.3) return drawCalls(draws);
  if (roll < 0.36) return drawStorm(draws);
  if (roll < 0.375) return drawSteadySaves(draws);
  if (roll < 0.42) return drawRemoval(draws);
  if (roll < 0.46) return drawRewrite(draws);
  if (roll < 0.49) return drawBrokenManifest(draws);
  if (roll < 0.52) return drawMove(draws);
  if (roll < 0.53) return drawPutBack(draws);
  if (roll < 0.58) return drawPart(draws);
  return [drawSave(draws, draws.soonMs(), draws.plugin())];
}

function drawFault(name: string, draws: DrawContext): readonly Act[] {
  const afterMs = draws.soonMs();
  const delayMs = draws.random.pick(2, 20, 120);
  const count = draws.random.pick(1, 3, 10);
  return faultDraws[name]?.(draws, { afterMs, delayMs, count }) ?? [];
}

/** A last save, sometimes something that is away or otherwise for a moment, and then quiet: no later change makes up for what was missed. */
function drawQuiet(draws: DrawContext): readonly Act[] {
  const { random } = draws;
  const save = [...drawLastLoss(draws), drawSave(draws, 0, draws.plugin())];
  const draw = random.pick(drawMove, drawBlink, drawBlink, drawPutBack, drawLastLinks);
  const last = random.isLucky(0.5) ? draw(draws) : [];
  return [...save, ...last, { afterMs: 0, do: 'quiet' }];
}

function drawLastLinks(draws: DrawContext): readonly Act[] {
  return draws.faults.has('links') ? drawLinks(draws, { afterMs: 0 }) : [];
}
