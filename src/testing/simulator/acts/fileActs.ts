import type { PluginFolders } from '../disks/PluginFolders.js';
import type { PluginProgram } from '../plugin/PluginProgram.js';
import type { DrawContext, FaultDraw } from './DrawContext.js';
import { drawProgram } from './drawProgram.js';

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
      /** Move the folder to where no plugin is looked for; move it back. The same for its manifest alone. */
      readonly do: 'moveAway' | 'moveBack' | 'hideManifest' | 'showManifest';
      readonly plugin: number;
    }
  | {
      /** Give the file the text that it had before the last `write`. */
      readonly do: 'putBack';
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
    case 'hideManifest':
    case 'showManifest':
    case 'putBack':
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
  dependencies: () => [],
  'stop-first': () => [],
} satisfies Record<string, FaultDraw<FileAct>>;

/** One save of a plugin, in one of the ways in which editors save. */
export function drawSave(draws: DrawContext, afterMs: number, plugin: number): FileAct {
  const { random, faults } = draws;
  if (faults.has('torn-writes') && random.isLucky(0.2)) {
    const program = drawProgram(draws, plugin);
    return { afterMs, do: 'tornWrite', plugin, program, gapMs: random.pick(1, 12, 90) };
  }
  if (random.isLucky(0.15)) {
    return { afterMs, do: 'safeSave', plugin, program: drawProgram(draws, plugin) };
  }
  return { afterMs, do: 'write', plugin, program: drawProgram(draws, plugin) };
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
      program: drawProgram(draws, plugin),
    },
  ];
}

/**
 * A folder, or its manifest, that is moved away and, mostly, back. Often a save comes before it: the attempt for that save may look while it
 * is away, and the source may see no difference when it looks.
 */
export function drawMove(draws: DrawContext): readonly FileAct[] {
  const { random } = draws;
  const plugin = draws.plugin();
  const [away, back] = random.isLucky(0.7)
    ? (['moveAway', 'moveBack'] as const)
    : (['hideManifest', 'showManifest'] as const);
  const isSaved = random.isLucky(0.5);
  const save = isSaved ? [drawSave(draws, draws.soonMs(), plugin)] : [];
  const afterMs = isSaved ? random.pick(2, 10, 14, 18, 22, 30, 60) : draws.soonMs();
  const acts: FileAct[] = [...save, { afterMs, do: away, plugin }];
  if (random.isLucky(0.2)) return acts;
  return [...acts, { afterMs: random.pick(0, 2, 4, 7, 9, 14, 30, 60, 400), do: back, plugin }];
}

/** A save that is taken back: the file gets the text that it had, before or after somebody has read the new one. */
export function drawPutBack(draws: DrawContext): readonly FileAct[] {
  const { random } = draws;
  const plugin = draws.plugin();
  const first = drawSave(draws, draws.soonMs(), plugin);
  const program = drawProgram(draws, plugin);
  const afterMs = random.pick(2, 10, 14, 18, 22, 60);
  return [
    first,
    { afterMs, do: 'write', plugin, program },
    { afterMs: random.pick(2, 4, 7, 9, 14, 30), do: 'putBack', plugin },
  ];
}

/** Writes of the part of a plugin, whether a program imports it or not: one that none could use starts nothing. */
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

/**
 * A save, and right after it a manifest or a folder that is away for some milliseconds: the attempt for the save looks just then, and what the
 * source tells of it cancels itself out within one window.
 */
export function drawBlink(draws: DrawContext): readonly FileAct[] {
  const { random } = draws;
  const plugin = draws.plugin();
  const program: PluginProgram = { id: draws.nextProgramId(), startMs: 0 };
  const [away, back] = random.pick(
    ['hideManifest', 'showManifest'] as const,
    ['moveAway', 'moveBack'] as const,
  );
  return [
    { afterMs: 25, do: 'write', plugin, program },
    { afterMs: random.pick(2, 6, 6, 10, 14), do: away, plugin },
    { afterMs: random.pick(12, 12, 14, 18), do: back, plugin },
  ];
}

/** A manifest that is invalid for a while. */
export function drawBrokenManifest(draws: DrawContext): readonly FileAct[] {
  const plugin = draws.plugin();
  return [
    { afterMs: draws.soonMs(), do: 'breakManifest', plugin },
    { afterMs: draws.random.pick(2, 80, 500), do: 'mendManifest', plugin },
  ];
}
