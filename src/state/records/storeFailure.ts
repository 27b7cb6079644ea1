import type {
  Io,
  StateCorrupt,
  StateRejected,
  StateSaveFailed,
} from '../../model/reload/ReloadError.js';
import { messageOf } from '../../model/unknownValue.js';
import { ioReason } from '../disk/ioReason.js';
import type { CorruptRecord } from './readRecord.js';

/** The failures of a store. Each message says what happened to the state, and what to do. */
export const storeFailure = {
  /** The state cannot be written as JSON, or is too large. */
  rejected(plugin: string, reason: string): StateRejected {
    return {
      _tag: 'StateRejected',
      plugin,
      reason,
      message: `The state of ${plugin} cannot be saved: ${reason}. State is JSON; change what saveState returns. The state saved before is unchanged.`,
    };
  },

  /** The `schema` or `codeHash` to save under is out of range. */
  badStamp(
    plugin: string,
    { schema, codeHash }: { readonly schema: unknown; readonly codeHash: unknown },
  ): StateRejected {
    const hash = typeof codeHash === 'string' ? `${codeHash.length} characters` : typeof codeHash;
    const reason = `its schema (${String(schema)}) must be a whole number, its codeHash (${hash}) a text of at most 256 characters`;
    return {
      _tag: 'StateRejected',
      plugin,
      reason,
      message: `The state of ${plugin} cannot be saved: ${reason}.`,
    };
  },

  /** The disk refused a save. */
  notSaved(plugin: string, dir: string, error: unknown): StateSaveFailed {
    const { reason } = ioReason(error);
    return {
      _tag: 'StateSaveFailed',
      plugin,
      reason,
      message: `The state of ${plugin} was not saved to ${dir}: ${reason}. The state saved before is still there.`,
    };
  },

  /** The disk refused something else. */
  io(plugin: string, path: string, doing: string, error: unknown): Io {
    const { code, reason } = ioReason(error);
    return {
      _tag: 'Io',
      plugin,
      code,
      path,
      message: `Could not ${doing} the state of ${plugin} in ${path}: ${reason}.`,
    };
  },

  noneValid(plugin: string, { path, reason }: CorruptRecord): StateCorrupt {
    return {
      _tag: 'StateCorrupt',
      plugin,
      path,
      reason,
      message: `No record of the state of ${plugin} is valid; the newest, ${path}, ${reason}. It was set aside for you to inspect; remove it to start without state.`,
    };
  },

  /** The newest record may be valid. An older one must not replace it: that would be a state from before the last save. */
  tooLarge(plugin: string, path: string, stateBytes: number, maxBytes: number): Io {
    return {
      _tag: 'Io',
      plugin,
      code: 'EFBIG',
      path,
      message: `Could not read the state of ${plugin} in ${path}: it is ${stateBytes} bytes, more than the maxBytes (${maxBytes}) of this store. It is unchanged; open the store with the limit that it was saved under.`,
    };
  },

  /** Each time, a listed record was gone before it could be read. */
  keptChanging(plugin: string, dir: string): Io {
    return {
      _tag: 'Io',
      plugin,
      code: 'EBUSY',
      path: dir,
      message: `Could not read the state of ${plugin} in ${dir}: another process replaces it faster than it can be read. Try again.`,
    };
  },

  /** Another process has the lock of the directory. */
  owned(plugin: string, dir: string): StateSaveFailed {
    return {
      _tag: 'StateSaveFailed',
      plugin,
      reason: 'another host saves to this directory',
      message: `The state of ${plugin} was not saved: another host saves to ${dir}. Stop it, or give this one a directory of its own. This host can still read the states there.`,
    };
  },

  /** Another process has saved with a higher fencing token, although this one has the lock. */
  takenOver(plugin: string, dir: string): StateSaveFailed {
    return {
      _tag: 'StateSaveFailed',
      plugin,
      reason: 'another host has taken over this directory',
      message: `The state of ${plugin} was not saved: another host has saved a newer one to ${dir}. Stop one of the two, or give each a directory of its own.`,
    };
  },

  badName(plugin: unknown, problem: string): Io {
    const name = messageOf(plugin);
    return {
      _tag: 'Io',
      plugin: name,
      code: 'EINVAL',
      path: name,
      message: `No state can be saved under the name ${JSON.stringify(name)}: ${problem}.`,
    };
  },

  closed(plugin: string): Io {
    return {
      _tag: 'Io',
      plugin,
      code: 'ECLOSED',
      path: '',
      message: `The state store is closed: it refuses what is asked of it for ${plugin}.`,
    };
  },
};
