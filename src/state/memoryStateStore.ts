import { isLeft, isRight, left, right, type Either } from 'fp-ts/lib/Either.js';
import { fromNullable } from 'fp-ts/lib/Option.js';
import type { ReloadError } from '../model/reload/ReloadError.js';
import type { StateRecord, StateStore } from '../model/reload/StateStore.js';
import { encodeUnsaved, pluginNameProblem, stateLimits } from './records/encodeUnsaved.js';
import { recordFormat } from './records/recordFormat.js';
import { storeFailure } from './records/storeFailure.js';

/**
 * Keeps states for the life of the process, by the rules of `fileStateStore`: JSON only, three generations, the same
 * limits. A record is a copy: what a plugin does to its state later does not reach it.
 */
export function memoryStateStore(): StateStore {
  const kept = new Map<string, readonly Buffer[]>();
  const lastSeq = new Map<string, number>();
  let isClosed = false;

  const history = (plugin: string): readonly StateRecord[] =>
    (kept.get(plugin) ?? []).map(recordFormat.decode).flatMap((decoded) => {
      return isRight(decoded) ? [decoded.right.record] : [];
    });
  const answer =
    <A>(plugin: string, run: () => Either<ReloadError, A>) =>
    (): Promise<Either<ReloadError, A>> => {
      const problem = pluginNameProblem(plugin);
      if (problem !== undefined) return Promise.resolve(left(storeFailure.name(plugin, problem)));
      return Promise.resolve(isClosed ? left(storeFailure.closed(plugin)) : run());
    };

  return {
    save: (unsaved) =>
      answer(unsaved.plugin, () => {
        const { plugin } = unsaved;
        const encoded = encodeUnsaved(unsaved, stateLimits.maxBytes);
        if (isLeft(encoded)) return encoded;
        const seq = (lastSeq.get(plugin) ?? 0) + 1;
        lastSeq.set(plugin, seq);
        const records = [...(kept.get(plugin) ?? []), encoded.right({ seq, fence: 0 })];
        kept.set(plugin, records.slice(-stateLimits.generations));
        return right({ ...unsaved, seq });
      }),
    load: (plugin) => answer(plugin, () => right(fromNullable(history(plugin).at(-1)))),
    history: (plugin) => answer(plugin, () => right(history(plugin))),
    remove: (plugin) => answer(plugin, () => right(void kept.delete(plugin))),
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
  };
}
