import { isRight } from 'fp-ts/lib/Either.js';
import type { Observer } from 'rxjs';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { SaveState } from '../../model/reload/ReloadTarget.js';
import { measureState } from './fromTask.js';

/** Emits a `StateSaved` for each state that was saved, in the turn in which that is known. */
export function reportSaves(
  save: SaveState,
  saved$: Pick<Observer<UnstampedEvent>, 'next'>,
): SaveState {
  return (record) => {
    const task = save(record);
    return () =>
      task().then((kept) => {
        if (isRight(kept)) {
          const { plugin, state } = record;
          saved$.next({ _tag: 'StateSaved', plugin, ...measureState(state) });
        }
        return kept;
      });
  };
}
