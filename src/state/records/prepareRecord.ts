import * as E from 'fp-ts/lib/Either.js';
import { findJsonProblem } from '../../model/codecs/findJsonProblem.js';
import { formatPath } from '../../model/codecs/formatPath.js';
import type { ReloadError, StateRejected } from '../../model/reload/ReloadError.js';
import type { UnsavedState } from '../../model/reload/StateStore.js';
import { messageOf } from '../../model/unknownValue.js';
import { recordFormat } from './recordFormat.js';
import { pluginNameProblem } from './recordName.js';
import { storeFailure } from './storeFailure.js';

/** The limits of a store, unless its options say otherwise. */
export const stateLimits = { generations: 3, maxBytes: 16 * 1024 * 1024 } as const;

const maxCodeHashLength = 256;

/** A record that lacks only its numbers: a function that takes the numbers and returns the record's bytes. */
export type PreparedRecord = (numbers: { readonly seq: number; readonly fence: number }) => Buffer;

/**
 * Checks a state and copies it as JSON, so that later changes that the plugin makes to the state do not affect the
 * record.
 */
export function prepareRecord(
  { plugin, schema, codeHash, state }: UnsavedState,
  maxBytes: number,
): E.Either<ReloadError, PreparedRecord> {
  const problem = pluginNameProblem(plugin);
  if (problem !== undefined) return E.left(storeFailure.badName(plugin, problem));
  if (!Number.isSafeInteger(schema) || !isCodeHash(codeHash)) {
    return E.left(storeFailure.badStamp(plugin, { schema, codeHash }));
  }
  return E.map((json: Buffer): PreparedRecord => {
    return ({ seq, fence }) => recordFormat.encode({ plugin, schema, codeHash, seq, fence }, json);
  })(stateToJson(plugin, state, maxBytes));
}

/** A record with anything else in its header would be saved, and then be taken for a damaged one when it is read. */
function isCodeHash(codeHash: unknown): boolean {
  return typeof codeHash === 'string' && codeHash.length <= maxCodeHashLength;
}

/** A state as JSON text in UTF-8. Left when it cannot be saved; the reason names the place in the state. */
export function stateToJson(
  plugin: string,
  state: unknown,
  maxBytes: number,
): E.Either<StateRejected, Buffer> {
  const jsonOrReason = E.tryCatch(
    () => {
      // Each value takes at least two bytes, with its comma, so more values than this cannot fit.
      const problem = findJsonProblem(state, { maxCount: maxBytes / 2 + 1 });
      if (problem !== undefined) {
        return `${formatPath(['state', ...problem.path])} ${problem.reason}`;
      }
      const json = Buffer.from(JSON.stringify(state));
      return json.length > maxBytes
        ? `state is ${json.length} bytes, more than the ${maxBytes} that are allowed`
        : json;
    },
    // A getter or a Proxy in the state may throw anything.
    (error) => `state cannot be read: ${messageOf(error)}`,
  );
  const encoded = E.toUnion(jsonOrReason);
  return typeof encoded === 'string'
    ? E.left(storeFailure.rejected(plugin, encoded))
    : E.right(encoded);
}
