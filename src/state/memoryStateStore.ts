import { type Either, isLeft, isRight, left, right } from 'fp-ts/lib/Either.js';
import { fromNullable } from 'fp-ts/lib/Option.js';
import type { ReloadError } from '../model/reload/ReloadError.js';
import type { StateRecord, StateStore } from '../model/reload/StateStore.js';
import { newestOfFormat } from './records/newestOfFormat.js';
import { prepareRecord, stateLimits } from './records/prepareRecord.js';
import { recordFormat } from './records/recordFormat.js';
import { pluginNameProblem } from './records/recordName.js';
import { storeFailure } from './records/storeFailure.js';

/**
 * Keeps states for the life of the process, by the rules of `fileStateStore`: JSON only, three generations, the same
 * limits. A record is a copy: later changes that a plugin makes to its state do not affect it.
 */
export function memoryStateStore(): StateStore {
  /** The encoded records of each plugin, oldest first. */
  const records = new Map<string, readonly Buffer[]>();
  /** The last number given to each plugin. Kept when records are removed, because no number is used twice. */
  const lastSeqs = new Map<string, number>();
  let isClosed = false;

  const history = (plugin: string): readonly StateRecord[] =>
    (records.get(plugin) ?? [])
      .map(recordFormat.decode)
      .flatMap((decoded) => (isRight(decoded) ? [decoded.right.record] : []));
  const task =
    <A>(plugin: string, run: () => Either<ReloadError, A>) =>
    (): Promise<Either<ReloadError, A>> => {
      const problem = pluginNameProblem(plugin);
      if (problem !== undefined) {
        return Promise.resolve(left(storeFailure.badName(plugin, problem)));
      }
      return Promise.resolve(isClosed ? left(storeFailure.closed(plugin)) : run());
    };

  return {
    save: (unsaved) =>
      task(unsaved.plugin, () => {
        const { plugin } = unsaved;
        const prepared = prepareRecord(unsaved, stateLimits.maxBytes);
        if (isLeft(prepared)) return prepared;
        const seq = (lastSeqs.get(plugin) ?? 0) + 1;
        lastSeqs.set(plugin, seq);
        const all = [...(records.get(plugin) ?? []), prepared.right({ seq, fence: 0 })];
        records.set(plugin, withoutOld(all, unsaved.schema));
        return right({ ...unsaved, seq });
      }),
    load: (plugin) => task(plugin, () => right(fromNullable(history(plugin).at(-1)))),
    history: (plugin) => task(plugin, () => right(history(plugin))),
    remove: (plugin) => task(plugin, () => right(void records.delete(plugin))),
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
  };
}

/** The newest generations, and the newest records of other formats than the one that was saved last. Oldest first. */
function withoutOld(all: readonly Buffer[], schema: number): readonly Buffer[] {
  const isKept = newestOfFormat(schema);
  const kept = all
    .slice(0, -stateLimits.generations)
    .reverse()
    .filter((bytes) => isKept(recordFormat.peek(bytes)?.schema));
  return [...kept.reverse(), ...all.slice(-stateLimits.generations)];
}
