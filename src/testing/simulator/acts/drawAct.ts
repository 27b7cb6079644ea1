import type { Act } from './Act.js';
import type { PluginProgram, ProgramFault } from '../witness/PluginProgram.js';
import type { SeededRandom } from '../setup/SeededRandom.js';
import type { Setup } from '../setup/Setup.js';

/** Draws the next act of a history. Remembers what it drew before, and nothing of the run. */
export function actDrawer(
  random: SeededRandom,
  setup: Setup,
  faults: ReadonlySet<string>,
): () => Act {
  const queue: Act[] = [];
  let programs = setup.plugins.length; // the first ids are of what is there at the start
  let cuts = 0;
  const plugin = () => random.below(setup.plugins.length);
  const soon = () => random.pick(0, 0, 1, 3, 8, 25, 70);
  const program = (): PluginProgram => {
    const id = ++programs;
    const startMs = random.isLucky(0.3) ? random.pick(1, 5, 40) : 0;
    const isBroken = faults.has('broken-plugins') && random.isLucky(0.25);
    return isBroken ? { id, startMs, fault: drawFault(random) } : { id, startMs };
  };
  const save = (afterMs: number, at: number): Act =>
    faults.has('torn-writes') && random.isLucky(0.2)
      ? { afterMs, do: 'tornWrite', plugin: at, program: program(), gapMs: random.pick(1, 12, 90) }
      : random.isLucky(0.15)
        ? { afterMs, do: 'safeSave', plugin: at, program: program() }
        : { afterMs, do: 'write', plugin: at, program: program() };
  const call = (afterMs: number): Act => {
    const takesMs = random.isLucky(0.08) ? random.pick(2, 30, 160) : 0;
    return { afterMs, do: 'call', plugin: plugin(), takesMs };
  };
  const storm = (): void => {
    const at = plugin();
    const count = random.pick(3, 8, 20);
    for (let each = 0; each < count; each += 1) queue.push(save(random.pick(0, 1, 2, 4, 15), at));
  };
  const calls = (): void => {
    const count = random.pick(4, 10, 25);
    for (let each = 0; each < count; each += 1) queue.push(call(random.pick(0, 0, 1, 4)));
  };
  const steady = (): void => {
    const at = plugin();
    const everyMs = random.pick(3, 6, 12);
    for (let ms = 0; ms < 2 * setup.maxWaitMs; ms += everyMs) queue.push(save(everyMs, at));
  };
  const removal = (): void => {
    const at = plugin();
    queue.push({ afterMs: soon(), do: 'remove', plugin: at });
    const afterMs = random.pick(0, 5, 60, 400);
    queue.push({ afterMs, do: 'restore', plugin: at, program: program() });
  };
  const ordinary = (): void => {
    const roll = random.next();
    if (roll < 0.3) calls();
    else if (roll < 0.36) storm();
    else if (roll < 0.375) steady();
    else if (roll < 0.42) removal();
    else if (roll < 0.46) queue.push({ afterMs: soon(), do: 'rewrite', plugin: plugin() });
    else if (roll < 0.49) {
      const at = plugin();
      queue.push({ afterMs: soon(), do: 'breakManifest', plugin: at });
      queue.push({ afterMs: random.pick(2, 80, 500), do: 'mendManifest', plugin: at });
    } else queue.push(save(soon(), plugin()));
  };
  const fault = (name: string): void => {
    const afterMs = soon();
    const delayMs = random.pick(2, 20, 120);
    const count = random.pick(1, 3, 10);
    switch (name) {
      case 'lost-hints':
        queue.push({ afterMs, do: 'hints', fate: 'lose', count, delayMs });
        return void queue.push(save(soon(), plugin()));
      case 'repeated-hints':
        return void queue.push({ afterMs, do: 'hints', fate: 'repeat', count, delayMs });
      case 'late-hints':
        return void queue.push({ afterMs, do: 'hints', fate: 'delay', count, delayMs });
      case 'overflow':
        queue.push({ afterMs, do: 'overflow', count });
        return void queue.push(save(soon(), plugin()));
      case 'watch-errors':
        return void queue.push({ afterMs, do: 'watchError', plugin: plugin() });
      case 'source-errors':
        cuts += 1;
        if (cuts <= 3) queue.push({ afterMs, do: 'sourceError' });
        return;
      case 'slow-loader':
      case 'failing-loader':
      case 'throwing-loader':
      case 'hanging-loader': {
        const at = plugin();
        const fate = LOADER_FATES[name];
        for (let each = 0; each < random.pick(1, 3); each += 1) {
          queue.push({ afterMs: each, do: 'loader', plugin: at, fate, takesMs: delayMs });
          queue.push(save(random.pick(0, 40), at));
        }
        return;
      }
      case 'disk-errors': {
        const code = random.pick('EIO', 'ENOSPC', 'EROFS');
        const afterCalls = random.below(9);
        return void queue.push({ afterMs, do: 'diskError', code, afterCalls, count });
      }
      case 'crash':
      case 'corrupt-records': {
        const kind = random.pick('kill', 'powerLoss');
        const rots = name === 'corrupt-records' ? { rots: plugin() } : {};
        const seed = random.below(2 ** 31);
        queue.push(save(0, plugin()));
        const afterCalls = random.below(24);
        return void queue.push({ afterMs, do: 'crash', kind, afterCalls, seed, ...rots });
      }
      case 'clock-jumps': {
        const byMs = random.pick(-1, 1) * random.pick(50, 3_600_000, 315_576_000_000);
        return void queue.push({ afterMs, do: 'clock', byMs });
      }
      case 'unsubscribe':
        cuts = 0;
        return void queue.push({ afterMs, do: 'unsubscribe' });
      case 'throwing-hooks':
        return void queue.push({ afterMs, do: 'throwInHook' });
      case 'rollback':
        return void queue.push({ afterMs, do: 'rollback', plugin: plugin() });
      default:
    }
  };
  const enabled = [...faults];
  let untilQuiet = 30 + random.below(90);
  return () => {
    for (;;) {
      const next = queue.shift();
      if (next !== undefined) return next;
      untilQuiet -= 1;
      if (untilQuiet <= 0) {
        untilQuiet = 30 + random.below(90);
        cuts = 0;
        // The last save before quiet is the one that nothing after it mends.
        const fate: Act[] = [
          ...(faults.has('lost-hints') && random.isLucky(0.4)
            ? [{ afterMs: 90, do: 'hints', fate: 'lose', count: 3, delayMs: 0 } as const]
            : []),
          save(0, plugin()),
          { afterMs: 0, do: 'quiet' },
        ];
        queue.push(...fate);
        continue;
      }
      const name = enabled[random.below(enabled.length)];
      if (name !== undefined && random.isLucky(0.25)) {
        const isRare = name === 'crash' || name === 'unsubscribe' || name === 'corrupt-records';
        if (!isRare || random.isLucky(0.4)) fault(name);
      } else ordinary();
    }
  };
}

const LOADER_FATES = {
  'slow-loader': 'slow',
  'failing-loader': 'fail',
  'throwing-loader': 'throw',
  'hanging-loader': 'hang',
} as const;

function drawFault(random: SeededRandom): ProgramFault {
  return random.pick<ProgramFault>(
    'syntax',
    'evaluateThrows',
    'evaluateHangs',
    'startThrows',
    'startHangs',
    'unhealthy',
    'restoreThrows',
    'stopThrows',
  );
}
