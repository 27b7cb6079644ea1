import { relative, resolve } from 'node:path';
import { diskFiles } from '../../modules/adapters/diskFiles.js';
import { findManifest, type PluginLocation } from '../../runtime/manifest/findManifest.js';
import {
  type FolderRules,
  impliedAt,
  pluginFoldersUnder,
} from '../../runtime/registry/pluginFolders.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import { wrapWords } from '../../sinks/terminal/fitText.js';
import type { WatchCommand } from '../arguments/Command.js';
import { defaultStateDir } from '../arguments/watchDefaults.js';
import { realPath } from '../control/controlSocket.js';
import { runningHosts } from '../control/hostNotes.js';
import { keysText } from './readKeys.js';

/** The columns of a stream that is no terminal, and of a terminal that does not know how wide it is. */
const DEFAULT_COLUMNS = 100;
/** In fewer, no line can be read. */
const LEAST_COLUMNS = 20;

/** How wide a stream is now. A terminal that nobody looks at, as in a container or under `script`, says 0 columns. */
export function columnsOf({
  isTTY,
  columns,
}: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): number {
  return isTTY && columns > 0 ? Math.max(LEAST_COLUMNS, columns) : DEFAULT_COLUMNS;
}

/**
 * The first line of `hotpipe watch`. It stands before RxJS, the runtime and the compiler are loaded, which take most of a start. Throws when
 * another watch keeps its state where this one would: neither would find what the other has saved.
 *
 * @source measured: bench/first/firstLine.ts
 */
export function announceWatch(command: WatchCommand): void {
  const stateDir = realPath(resolve(command.stateDir ?? defaultStateDir(command.dir)));
  const other = runningHosts().find((note) => note.stateDir === stateDir);
  if (other !== undefined) {
    throw new Error(
      `another hotpipe watch (process ${other.pid}, of ${other.dir}) keeps its state in ${stateDir}; stop it, or give this one a directory of its own with --state`,
    );
  }
  if (command.isJson) return;
  const { stdout, stdin } = process;
  const shown = escapeText(relative(process.cwd(), command.dir) || '.');
  const count = countPlugins(command);
  const keys = stdin.isTTY ? `  ${keysText}` : '';
  const line = `hotpipe watches ${shown}, ${count} plugin${count === 1 ? '' : 's'}${keys}`;
  const lines = wrapWords(line, columnsOf(stdout));
  stdout.write(lines.map((text) => `${text}\n`).join(''));
}

/** Whether a directory is a plugin itself, and does not hold plugins. */
export function isPlugin(dir: string, manifests: WatchCommand['manifests']): boolean {
  return findManifest(diskFiles, rulesOf(manifests).locationOf(dir)) !== undefined;
}

function countPlugins({ dir, isModule, manifests }: WatchCommand): number {
  if (isModule === true || isPlugin(dir, manifests)) return 1;
  try {
    return pluginFoldersUnder(dir, rulesOf(manifests)).length;
  } catch {
    return 0; // it cannot be listed: the watch says so
  }
}

function rulesOf(manifests: WatchCommand['manifests'] = 'required'): FolderRules {
  const rules = { files: diskFiles, manifests };
  const locationOf = (folder: string): PluginLocation => ({
    ...{ folder, manifestPath: undefined },
    ...impliedAt(folder, rules),
  });
  return { ...rules, locationOf };
}
