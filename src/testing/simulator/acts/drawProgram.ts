import type {
  ExitMoment,
  ImportKind,
  PluginProgram,
  ProgramFault,
} from '../plugin/PluginProgram.js';
import { WORKERS } from '../setup/Setup.js';
import type { DrawContext } from './DrawContext.js';

/** Draws the next program of a plugin, which is an index into the setup's plugins. */
export function drawProgram(draws: DrawContext, plugin: number): PluginProgram {
  const { random, faults } = draws;
  const id = draws.nextProgramId();
  const startMs = random.isLucky(0.3) ? random.pick(1, 5, 40) : 0;
  const isBroken = faults.has('broken-plugins') && random.isLucky(0.25);
  const linked: readonly ImportKind[] = faults.has('links') ? ['linked'] : [];
  const imports = random.isLucky(0.3)
    ? { imports: random.pick<ImportKind>('static', 'computed', ...linked) }
    : {};
  const more = { ...imports, ...drawFormat(draws), ...drawNeeds(draws, plugin) };
  const isStopFirst = faults.has('stop-first') && random.isLucky(0.3);
  const worker = drawWorker(draws);
  const stopFirst = isStopFirst && { stopsFirst: true as const };
  const program = { id, startMs, ...more, ...stopFirst, ...worker };
  if (!isBroken) return program;
  const fault = random.pick<ProgramFault>(
    'syntax',
    'evaluateThrows',
    'evaluateHangs',
    'startThrows',
    'startHangs',
    'unhealthy',
    'restoreThrows',
    'stopThrows',
    'saveThrows',
    'saveHangs',
    'bumpThrows',
    'bumpThrows',
    'slowBumpThrows',
    'sickens',
  );
  // Such a version may serve while there is no state. Stopped for a successor that fails, it could not start again: nothing would serve.
  const isUnsafe = fault === 'restoreThrows' && faults.has('stop-first');
  return { ...program, fault: isUnsafe ? 'startThrows' : fault };
}

/** Draws whether a program runs in a worker, where plugins may at all, and whether its code ends its thread. */
function drawWorker({ random, faults }: DrawContext): Pick<PluginProgram, 'inWorker' | 'exitsAt'> {
  if (!faults.has(WORKERS) || random.isLucky(0.3)) return {};
  const moments = ['load', 'restoreState', 'saveState', 'init', 'call', 'idle', 'idle'] as const;
  if (!faults.has('broken-plugins') || !random.isLucky(0.15)) return { inWorker: true };
  return { inWorker: true, exitsAt: random.pick<ExitMoment>(...moments, 'idle') };
}

/** Draws the format of a program's state, where formats may change at all, and which formats it converts. */
function drawFormat({ random, faults }: DrawContext): Pick<PluginProgram, 'format' | 'migrates'> {
  if (!faults.has('new-formats')) return {};
  const format = random.isLucky(0.3) ? { format: random.pick(2, 3) } : {};
  const migrates = random.pick(undefined, 'up' as const, 'any' as const, 'any' as const);
  return { ...format, ...(migrates && { migrates }) };
}

/** Draws which other plugins a program needs, where plugins may need each other at all. Two saves may make a cycle, or a chain. */
function drawNeeds(
  { random, faults, setup }: DrawContext,
  plugin: number,
): Pick<PluginProgram, 'release' | 'needs'> {
  if (!faults.has('dependencies')) return {};
  const release = random.isLucky(0.2) ? { release: 2 } : {};
  const { plugins } = setup;
  const isNeedy = plugins.length > 1 && random.isLucky(0.35);
  if (!isNeedy) return release;
  const count = random.pick(1, 1, 2);
  const needs: Record<string, string> = {};
  for (let added = 0; added < count; added += 1) {
    const other = (plugin + 1 + random.below(plugins.length - 1)) % plugins.length;
    needs[plugins[other] ?? ''] = random.pick('^1.0.0', '^1.0.0', '^2.0.0', '>=1.0.0');
  }
  return { ...release, needs };
}
