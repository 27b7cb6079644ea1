import * as E from 'fp-ts/lib/Either.js';
import { findJsonProblem } from '../../model/codecs/findJsonProblem.js';
import { formatPath } from '../../model/codecs/formatPath.js';
import type { StateRejected } from '../../model/reload/ReloadError.js';
import { messageOf } from '../../model/unknownValue.js';

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
