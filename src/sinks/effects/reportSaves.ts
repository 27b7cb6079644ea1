import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Observer } from 'rxjs';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { SaveState } from '../../model/reload/ReloadTarget.js';
import { measureState } from './fromTask.js';

/** Emits a `StateSaved` for each state that was saved. */
export function reportSaves(
  save: SaveState,
  saved$: Pick<Observer<UnstampedEvent>, 'next'>,
): SaveState {
  return (record) =>
    pipe(
      save(record),
      TE.map((kept) => {
        saved$.next({ _tag: 'StateSaved', plugin: record.plugin, ...measureState(record.state) });
        return kept;
      }),
    );
}
