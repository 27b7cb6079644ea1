import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { UnsavedState } from '../../model/reload/StateStore.js';
import { encodeState } from './encodeState.js';
import { pluginNameProblem } from './pluginNameProblem.js';
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
