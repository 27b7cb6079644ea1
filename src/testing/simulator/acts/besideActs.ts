import type { SeededRandom } from '../../../policies/SeededRandom.js';
import { type BesideFiles, UNUSED_FILES } from '../disks/BesideFiles.js';
import type { PluginProgram } from '../plugin/PluginProgram.js';
import type { DrawContext } from './DrawContext.js';
import type { FileAct } from './fileActs.js';

/** The name of these writes among what may happen in a run. */
export const BESIDE = 'writes-beside';

/** A file is written in a plugin's folder that no program uses, or one that counts only since an import looks for it. */
export type BesideAct = { readonly afterMs: number; readonly plugin: number } & (
  | {
      /** Append to a file that nothing uses; rename it; remove it. `file`: its place in `UNUSED_FILES`. */
      readonly do: 'appendUnused' | 'rotateUnused' | 'removeUnused';
      readonly file: number;
    }
  | {
      /** Write what an import means before the part; remove it again. */
      readonly do: 'writeNearer';
      readonly part: number;
    }
  | { readonly do: 'removeNearer' }
);

export function performBesideAct(act: BesideAct, files: BesideFiles, plugin: string): void {
  switch (act.do) {
    case 'appendUnused':
      files.append(plugin, UNUSED_FILES[act.file] ?? '');
      break;
    case 'rotateUnused':
      files.rotate(plugin, UNUSED_FILES[act.file] ?? '');
      break;
    case 'removeUnused':
      files.remove(plugin, UNUSED_FILES[act.file] ?? '');
      break;
    case 'writeNearer':
      files.writeNearer(plugin, act.part);
      break;
    case 'removeNearer':
      files.removeNearer(plugin);
      break;
  }
}

/** In this ratio of the acts, something is written beside before it. */
const BESIDE_RATIO = 0.08;
/** By then nobody looks any more at what the last attempt has found: see `linkActs`. */
const LATE_MS = 14_000;

/**
 * Draws what comes between the other acts, from draws of its own: the others stay as they are. Undefined: nothing comes here.
 *
 * `isBetween`: whether none of the others is drawn and waits. A program has its id when it is drawn, so one that is drawn later must not be
 * written before it.
 */
export function besideDrawer(
  draws: DrawContext,
  random: SeededRandom,
): (isBetween: boolean) => BesideAct | FileAct | undefined {
  const queue: (BesideAct | FileAct)[] = [];
  return (isBetween) => {
    if (queue.length === 0 && random.isLucky(BESIDE_RATIO)) {
      const plugin = random.below(draws.setup.plugins.length);
      queue.push(
        ...(isBetween && random.isLucky(0.6)
          ? drawNearer(draws, random, plugin)
          : drawUnused(random, plugin)),
      );
    }
    return queue.shift();
  };
}

/** A log that grows, mostly. It may also be full, or go. */
function drawUnused(random: SeededRandom, plugin: number): readonly BesideAct[] {
  const file = random.below(UNUSED_FILES.length);
  const count = random.pick(1, 1, 3, 12);
  const everyMs = random.pick(0, 2, 9);
  const acts: BesideAct[] = Array.from({ length: count }, () => ({
    afterMs: everyMs,
    do: 'appendUnused',
    plugin,
    file,
  }));
  const last = random.pick(undefined, undefined, 'rotateUnused' as const, 'removeUnused' as const);
  return last === undefined ? acts : [...acts, { afterMs: 30, do: last, plugin, file }];
}

/** A program that imports its part without an extension, and a file that such an import means before it: it comes, and mostly goes. */
function drawNearer(
  draws: DrawContext,
  random: SeededRandom,
  plugin: number,
): readonly (BesideAct | FileAct)[] {
  const program: PluginProgram = { id: draws.nextProgramId(), startMs: 0, imports: 'nearest' };
  const afterMs = () => random.pick(0, 4, 30, 200, LATE_MS);
  const acts: (BesideAct | FileAct)[] = [
    { afterMs: random.pick(0, 25), do: 'write', plugin, program },
    { afterMs: afterMs(), do: 'writeNearer', plugin, part: draws.nextProgramId() },
  ];
  return random.isLucky(0.6) ? [...acts, { afterMs: afterMs(), do: 'removeNearer', plugin }] : acts;
}
