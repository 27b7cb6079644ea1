import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { isUnder } from '../../model/paths.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { diskFiles } from '../../modules/adapters/diskFiles.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import { PluginRuntime } from '../../runtime/PluginRuntime.js';
import type { AgentPorts, AgentRuntime } from './AgentPorts.js';

/** What a state is tried on. */
interface Rehearsal {
  readonly plugin: string;
  /** Folder of the version that serves. */
  readonly from: string;
  /** Folder of the version that is to serve. */
  readonly to: string;
  /** The state of the version that serves: a copy. */
  readonly state: unknown;
}

/** Tries a candidate on a copy of the live state, when it reads another format than what serves. Undefined: nothing speaks against it. */
export async function rehearseCandidate(
  {
    plugin,
    from,
    to,
    stateVersion,
  }: {
    readonly plugin: string;
    /** The digest of what serves; null when nothing does. */
    readonly from: string | null;
    readonly to: string;
    readonly stateVersion: number;
  },
  runtime: Pick<AgentRuntime, 'stateStampOf' | 'getPluginState'>,
  ports: Pick<AgentPorts, 'home' | 'apiVersion'>,
): Promise<ReloadError | undefined> {
  const stamp = runtime.stateStampOf(plugin);
  // The same format needs no way up or down.
  if (from === null || stamp === undefined || stamp.schema === stateVersion) return undefined;
  const state = await runtime.getPluginState(plugin)();
  if (E.isLeft(state) || state.right._tag === 'None') return undefined;
  const folders = {
    from: ports.home.folderOf(plugin, from),
    to: ports.home.folderOf(plugin, to),
  };
  const rehearsed = await rehearseState({ plugin, ...folders, state: state.right.value }, ports);
  return E.isLeft(rehearsed) ? rehearsed.left : undefined;
}

/**
 * Tries the way up and the way back on a copy of the state, in a runtime of its own, in threads: the old version gets the state, the new one
 * takes it over, and the old one takes it back. Left `StateNotReversible` when the way back loses state. What fails before that says
 * nothing here: the real reload meets it too, and tells it.
 */
async function rehearseState(
  { plugin, from, to, state }: Rehearsal,
  { home, apiVersion }: Pick<AgentPorts, 'home' | 'apiVersion'>,
): Promise<E.Either<ReloadError, void>> {
  const stage = join(home.root, 'rehearsal', plugin);
  let shown = from;
  const runtime = new PluginRuntime({
    files: filesShownAt(stage, () => shown),
    ...{ apiVersion, mode: 'worker', root: stage, keepVersions: 1, stackTraces: 'untouched' },
  });
  try {
    if (E.isLeft(await runtime.loadManifest(stage)())) return E.right(undefined);
    if (E.isLeft(await runtime.restorePluginState(plugin, state)())) return E.right(undefined);
    shown = to;
    const up = await runtime.reloadPlugin(plugin)();
    if (E.isLeft(up) || up.right.to === 1) return E.right(undefined);
    const back = await runtime.rollBackPlugin(plugin, { to: 1, reason: 'rehearsal' })();
    if (E.isRight(back) && !back.right.stateLost) return E.right(undefined);
    const why = E.isLeft(back) ? back.left.message : 'it has no migrate that leads down';
    return E.left({
      _tag: 'StateNotReversible',
      plugin,
      message: `${plugin}: the state that this version writes cannot be taken back by the version that serves (${why}). It was tried on a copy: nothing was changed. Export a migrate that also leads down.`,
    });
  } finally {
    await runtime.close();
  }
}

/** A folder that shows the files of another one. */
function filesShownAt(stage: string, shown: () => string): PluginFiles {
  const there = (path: string): string =>
    path === stage || isUnder(path, stage) ? shown() + path.slice(stage.length) : path;
  return {
    stat: (path) => diskFiles.stat(there(path)),
    read: (path, maxBytes) => diskFiles.read(there(path), maxBytes),
    list: (dir) => diskFiles.list(there(dir)),
    realPath(path) {
      const real = diskFiles.realPath(there(path));
      const folder = shown();
      return real === folder || isUnder(real, folder) ? stage + real.slice(folder.length) : real;
    },
  };
}
