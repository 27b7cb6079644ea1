import type { PluginFolders } from '../disks/PluginFolders.js';
import type { ImportKind, PluginProgram, ProgramFault } from '../plugin/PluginProgram.js';
import type { DrawContext, FaultDraw } from './DrawContext.js';

/** A person, or a tool, changes the files of a plugin. `plugin` is an index into the setup's plugins. */
export type FileAct = { readonly afterMs: number } & (
  | {
      /** Overwrite the file in place; rename a temporary file over it; make the folder anew. */
      readonly do: 'write' | 'safeSave' | 'restore';
      readonly plugin: number;
      readonly program: PluginProgram;
    }
  | {
      /** Write half of the file, and the rest `gapMs` later. */
      readonly do: 'tornWrite';
      readonly plugin: number;
      readonly program: PluginProgram;
      readonly gapMs: number;
    }
  | {
      /** Write the same bytes again; remove the folder; make the manifest invalid; make it valid again. */
      readonly do: 'rewrite' | 'remove' | 'breakManifest' | 'mendManifest';
      readonly plugin: number;
    }
  | {
      /** Move the folder to where no plugin is looked for; move it back. */
      readonly do: 'moveAway' | 'moveBack';
      readonly plugin: number;
    }
  | {
      /** Overwrite the plugin's part, a file that only some of its programs import. */
      readonly do: 'writePart';
      readonly plugin: number;
      readonly part: number;
    }
  | {
      /** Move the part of a plugin over that of another one. */
      readonly do: 'movePart';
      readonly plugin: number;
      readonly to: number;
    }
);

export function performFileAct(
  act: FileAct,
  folders: PluginFolders,
  plugins: readonly string[],
): void {
  const plugin = plugins[act.plugin] ?? '';
  switch (act.do) {
    case 'write':
      folders.write(plugin, act.program);
      break;
    case 'safeSave':
      folders.safeSave(plugin, act.program);
      break;
    case 'tornWrite':
      folders.writeFirstHalf(plugin, act.program, act.gapMs);
      break;
    case 'restore':
      folders.restore(plugin, act.program);
      break;
    case 'rewrite':
    case 'remove':
    case 'breakManifest':
    case 'mendManifest':
    case 'moveAway':
    case 'moveBack':
      folders[act.do](plugin);
      break;
    case 'writePart':
      folders.writePart(plugin, act.part);
      break;
    case 'movePart':
      folders.movePart(plugin, plugins[act.to] ?? '');
      break;
  }
}

/** Faults of files. They change how `drawSave` draws, and have no acts of their own. */
export const fileFaults = {
  'torn-writes': () => [],
  'broken-plugins': () => [],
  'new-formats': () => [],
} satisfies Record<string, FaultDraw<FileAct>>;

/** One save of a plugin, in one of the ways in which editors save. */
export function drawSave(draws: DrawContext, afterMs: number, plugin: number): FileAct {
  const { random, faults } = draws;
  if (faults.has('torn-writes') && random.isLucky(0.2)) {
    const program = drawProgram(draws);
    return { afterMs, do: 'tornWrite', plugin, program, gapMs: random.pick(1, 12, 90) };
  }
  if (random.isLucky(0.15)) {
    return { afterMs, do: 'safeSave', plugin, program: drawProgram(draws) };
  }
  return { afterMs, do: 'write', plugin, program: drawProgram(draws) };
}

/** Many saves of one plugin at once, as a checkout or a formatter makes them. */
export function drawStorm(draws: DrawContext): readonly FileAct[] {
  const { random } = draws;
  const plugin = draws.plugin();
  const count = random.pick(3, 8, 20);
  return Array.from({ length: count }, () => drawSave(draws, random.pick(0, 1, 2, 4, 15), plugin));
}

/**
 * Saves of one plugin that come so often that its debounce window is never quiet, for twice as long as an event may wait.
 */
export function drawSteadySaves(draws: DrawContext): readonly FileAct[] {
  const plugin = draws.plugin();
  const everyMs = draws.random.pick(3, 6, 12);
  const count = Math.ceil((2 * draws.setup.maxWaitMs) / everyMs);
  return Array.from({ length: count }, () => drawSave(draws, everyMs, plugin));
}

/** The same bytes, written again. */
export function drawRewrite(draws: DrawContext): readonly FileAct[] {
  return [{ afterMs: draws.soonMs(), do: 'rewrite', plugin: draws.plugin() }];
}

/** A folder that is removed and comes back. */
export function drawRemoval(draws: DrawContext): readonly FileAct[] {
  const { random } = draws;
  const plugin = draws.plugin();
  return [
    { afterMs: draws.soonMs(), do: 'remove', plugin },
    {
      afterMs: random.pick(0, 5, 60, 400),
      do: 'restore',
      plugin,
      program: drawProgram(draws),
    },
  ];
}

/** A folder that is moved away and, mostly, back. */
export function drawMove(draws: DrawContext): readonly FileAct[] {
  const { random } = draws;
  const plugin = draws.plugin();
  const away: FileAct = { afterMs: draws.soonMs(), do: 'moveAway', plugin };
  if (random.isLucky(0.3)) return [away];
  return [away, { afterMs: random.pick(0, 60, 400), do: 'moveBack', plugin }];
}

/**
 * Writes of the part of a plugin, whether a program imports it or not: today each file of a folder concerns its plugin. Here is the place
 * for files that concern nobody, once they start nothing.
 */
export function drawPart(draws: DrawContext): readonly FileAct[] {
  const { random } = draws;
  const plugin = draws.plugin();
  if (random.isLucky(0.2)) {
    const to = draws.plugin();
    return [
      { afterMs: draws.soonMs(), do: 'movePart', plugin, to },
      { afterMs: random.pick(5, 400), do: 'writePart', plugin, part: draws.nextProgramId() },
    ];
  }
  return [{ afterMs: draws.soonMs(), do: 'writePart', plugin, part: draws.nextProgramId() }];
}

/** A manifest that is invalid for a while. */
export function drawBrokenManifest(draws: DrawContext): readonly FileAct[] {
  const plugin = draws.plugin();
  return [
    { afterMs: draws.soonMs(), do: 'breakManifest', plugin },
    { afterMs: draws.random.pick(2, 80, 500), do: 'mendManifest', plugin },
  ];
}

function drawProgram(draws: DrawContext): PluginProgram {
  const { random, faults } = draws;
  const id = draws.nextProgramId();
  const startMs = random.isLucky(0.3) ? random.pick(1, 5, 40) : 0;
  const isBroken = faults.has('broken-plugins') && random.isLucky(0.25);
  const imports = random.isLucky(0.3)
    ? { imports: random.pick<ImportKind>('static', 'computed') }
    : {};
  const more = { ...imports, ...drawFormat(draws) };
  if (!isBroken) return { id, startMs, ...more };
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
  return { id, startMs, fault, ...more };
}

/** Draws the format of a program's state, where formats may change at all, and which formats it converts. */
function drawFormat({ random, faults }: DrawContext): Pick<PluginProgram, 'format' | 'migrates'> {
  if (!faults.has('new-formats')) return {};
  const format = random.isLucky(0.3) ? { format: random.pick(2, 3) } : {};
  const migrates = random.pick(undefined, 'up' as const, 'any' as const, 'any' as const);
  return { ...format, ...(migrates && { migrates }) };
}
