import type { Io, StateCorrupt, StateSaveFailed } from '../../model/reload/ReloadError.js';
import type { CorruptRecord } from './readRecord.js';
import { ioReason } from '../disk/ioReason.js';

/** The failures of a store, with what a person needs to know of each. */
export const storeFailure = {
  save(plugin: string, dir: string, error: unknown): StateSaveFailed {
    const { reason } = ioReason(error);
    return {
      _tag: 'StateSaveFailed',
      plugin,
      reason,
      message: `The state of ${plugin} was not saved to ${dir}: ${reason}. What was saved before is still there.`,
    };
  },

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

  corrupt(plugin: string, { path, reason }: CorruptRecord): StateCorrupt {
    return {
      _tag: 'StateCorrupt',
      plugin,
      path,
      reason,
      message: `No record of the state of ${plugin} is valid; the newest, ${path}, ${reason}. It is kept for you to look at; remove it to start without state.`,
    };
  },

  /** The newest record may well be whole: an older one in its place would be a state that was replaced. */
  tooLarge(plugin: string, path: string, stateBytes: number, maxBytes: number): Io {
    return {
      _tag: 'Io',
      plugin,
      code: 'EFBIG',
      path,
      message: `Could not read the state of ${plugin} in ${path}: it has ${stateBytes} bytes, more than the maxBytes (${maxBytes}) of this store. It is untouched; open the store with the limit that it was saved under.`,
    };
  },

  /** What was listed was gone when it was to be read, each time. */
  restless(plugin: string, dir: string): Io {
    return {
      _tag: 'Io',
      plugin,
      code: 'EBUSY',
      path: dir,
      message: `Could not read the state of ${plugin} in ${dir}: another process replaces it faster than it can be read. Try again.`,
    };
  },

  /** Another process has the directory. */
  owned(plugin: string, dir: string): StateSaveFailed {
    return {
      _tag: 'StateSaveFailed',
      plugin,
      reason: 'another host saves to this directory',
      message: `The state of ${plugin} was not saved: another host saves to ${dir}. Stop it, or give this one a directory of its own. What is there can be read.`,
    };
  },

  /** Another process has written since, and not as this one's predecessor. */
  takenOver(plugin: string, dir: string): StateSaveFailed {
    return {
      _tag: 'StateSaveFailed',
      plugin,
      reason: 'another host has taken over this directory',
      message: `The state of ${plugin} was not saved: another host has saved a newer one to ${dir}. Stop one of the two, or give each a directory of its own.`,
    };
  },

  name(plugin: string, problem: string): Io {
    return {
      _tag: 'Io',
      plugin,
      code: 'EINVAL',
      path: plugin,
      message: `No state can be kept under the name ${JSON.stringify(plugin)}: ${problem}.`,
    };
  },

  closed(plugin: string): Io {
    return {
      _tag: 'Io',
      plugin,
      code: 'ECLOSED',
      path: '',
      message: `The state store is closed; what is asked of it for ${plugin} now is not done.`,
    };
  },
};
