import type { SourceBug } from './SourceBug.js';

/** Mistakes about which files concern a plugin. */
export const relevanceBugs: readonly SourceBug[] = [
  {
    name: 'each file in a folder concerns its plugin',
    file: 'runtime/registry/pluginsConcernedBy.ts',
    right: '  if (path === location.folder) return true;',
    wrong: '  if (path.startsWith(location.folder)) return true;',
  },
  {
    name: 'a build that never ends keeps the files of its plugin unknown',
    file: 'runtime/code/PluginFilesInUse.ts',
    right: 'this.#endedNumber = Math.max(this.#endedNumber, number);',
    wrong: 'this.#endedNumber += 1;',
  },
  {
    name: 'a file that an import would mean before the one it found is not looked for',
    file: 'modules/resolve/resolveModule.ts',
    right: 'if (nearer !== path || isWritten(path)) onNearer?.(nearer);',
    wrong: 'if (isWritten(path)) onNearer?.(nearer);',
  },
  {
    name: 'a file that a source could be does not count after a build that failed',
    file: 'runtime/registry/pluginsConcernedBy.ts',
    right: '  if (!files.isGraphKnown && couldBeSource(path, location.folder)) return true;\n',
    wrong: '',
  },
  {
    name: 'a path that no plugin uses is not told',
    file: 'pipeline/stream/tellUnused.ts',
    right: '    ignored.flush(() => false);\n',
    wrong: '',
  },
  {
    name: 'a path is not told again after the clock was set back',
    file: 'sources/session/IgnoredPaths.ts',
    right: 'if (nowMs >= toldAtMs && nowMs - toldAtMs < againMs) return;',
    wrong: 'if (nowMs - toldAtMs < againMs) return;',
  },
];
