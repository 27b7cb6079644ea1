import * as E from 'fp-ts/lib/Either.js';
import { findJsonProblem } from '../../model/codecs/findJsonProblem.js';
import { formatPath } from '../../model/codecs/formatPath.js';
import type { ReloadError, StateRejected } from '../../model/reload/ReloadError.js';
import type { UnsavedState } from '../../model/reload/StateStore.js';
import { messageOf } from '../../model/unknownValue.js';
import { recordFormat } from './recordFormat.js';
import { storeFailure } from './storeFailure.js';

/** What is to be saved, checked and frozen: given its numbers, the bytes of the record. */
export type EncodeRecord = (numbers: { readonly seq: number; readonly fence: number }) => Buffer;

/** Takes a copy of the state, as JSON, so that what the plugin does to it from now on does not reach the record. */
export function encodeUnsaved(
  { plugin, schema, codeHash, state }: UnsavedState,
  maxBytes: number,
): E.Either<ReloadError, EncodeRecord> {
  const problem = pluginNameProblem(plugin);
  if (problem !== undefined) return E.left(storeFailure.name(plugin, problem));
  if (!Number.isSafeInteger(schema) || codeHash.length > 256) {
    return E.left({
      _tag: 'StateRejected',
      plugin,
      message: `The state of ${plugin} cannot be kept: its schema (${schema}) is to be a whole number, its code hash at most 256 characters.`,
    });
  }
  return E.map((bytes: Buffer): EncodeRecord => {
    return ({ seq, fence }) => recordFormat.encode({ plugin, schema, codeHash, seq, fence }, bytes);
  })(encodeState(plugin, state, maxBytes));
}

/** A state as JSON text, or why it cannot be kept: the reason names the place in the state. */
export function encodeState(
  plugin: string,
  state: unknown,
  maxBytes: number,
): E.Either<StateRejected, Buffer> {
  const reason = E.tryCatch(
    () => {
      // A value takes two bytes at least, with its comma.
      const problem = findJsonProblem(state, { maxCount: maxBytes / 2 + 1 });
      if (problem !== undefined) {
        return `${formatPath(['state', ...problem.path])} ${problem.reason}`;
      }
      const bytes = Buffer.from(JSON.stringify(state));
      return bytes.length > maxBytes
        ? `state has ${bytes.length} bytes, more than the ${maxBytes} that are allowed`
        : bytes;
    },
    // A getter or a Proxy in the state may throw anything.
    (error) => `state cannot be read: ${messageOf(error)}`,
  );
  const encoded = E.toUnion(reason);
  return typeof encoded === 'string' ? E.left(rejected(plugin, encoded)) : E.right(encoded);
}

const rejected = (plugin: string, reason: string): StateRejected => ({
  _tag: 'StateRejected',
  plugin,
  reason,
  message: `The state of ${plugin} cannot be kept: ${reason}. State is JSON; change what saveState returns. What was saved before is untouched.`,
});

/** Names that Windows keeps for devices, with any extension. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Why a plugin's name cannot be part of a file's name; `undefined` when it can. */
export function pluginNameProblem(plugin: string): string | undefined {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(plugin) || plugin.includes('..')) {
    return 'a plugin is named by 1 to 64 letters, digits, dots, dashes and underscores, a letter or a digit first';
  }
  return devices.test(plugin) ? 'Windows keeps this name for a device' : undefined;
}

/** What a store keeps, unless told otherwise. */
export const stateLimits = { generations: 3, maxBytes: 16 * 1024 * 1024 } as const;
