import type { PluginFolders } from '../disks/PluginFolders.js';
import { type BesideAct, performBesideAct } from './besideActs.js';
import { type CallAct, performCallAct } from './callActs.js';
import { type CompilerAct, performCompilerAct } from './compilerActs.js';
import { type FileAct, performFileAct } from './fileActs.js';
import { type HostAct, type Machine, performHostAct } from './hostActs.js';
import { type LinkAct, performLinkAct } from './linkActs.js';
import { performSourceAct, type SourceAct } from './sourceActs.js';
import { performStoreAct, type StoreAct } from './storeActs.js';
import { performThreadAct, type ThreadAct } from './threadActs.js';

/**
 * One thing that happens in a run, `afterMs` milliseconds after the act before it. A history of acts is plain JSON and
 * determines the run: nothing else is drawn.
 */
export type Act =
  | FileAct
  | LinkAct
  | BesideAct
  | CallAct
  | SourceAct
  | CompilerAct
  | ThreadAct
  | StoreAct
  | HostAct;

/** Performs an act: on the files, on the simulated things behind the host's ports, or on the host itself. */
export async function performAct(
  act: Act,
  machine: Machine & { readonly folders: PluginFolders },
): Promise<void> {
  const { host, folders, plugins } = machine;
  switch (act.do) {
    case 'write':
    case 'safeSave':
    case 'restore':
    case 'tornWrite':
    case 'rewrite':
    case 'remove':
    case 'breakManifest':
    case 'mendManifest':
    case 'moveAway':
    case 'moveBack':
    case 'hideManifest':
    case 'showManifest':
    case 'putBack':
    case 'writePart':
    case 'movePart':
      performFileAct(act, folders, plugins);
      break;
    case 'leadLink':
    case 'writeRelease':
      performLinkAct(act, folders, plugins[act.plugin] ?? '');
      break;
    case 'appendUnused':
    case 'rotateUnused':
    case 'removeUnused':
    case 'writeNearer':
    case 'removeNearer':
      performBesideAct(act, folders.beside, plugins[act.plugin] ?? '');
      break;
    case 'call':
      performCallAct(act, host, plugins[act.plugin] ?? '');
      break;
    case 'hints':
    case 'overflow':
    case 'watchError':
    case 'sourceError':
      performSourceAct(act, host, plugins);
      break;
    case 'loader':
      performCompilerAct(act, host, plugins[act.plugin] ?? '');
      break;
    case 'thread':
      performThreadAct(act, host, plugins[act.plugin] ?? '');
      break;
    case 'diskError':
    case 'diskOutage':
      performStoreAct(act, host);
      break;
    case 'crash':
    case 'clock':
    case 'rollback':
    case 'restartPlugin':
    case 'unsubscribe':
    case 'throwInHook':
    case 'quiet':
      await performHostAct(act, machine);
      break;
  }
}
