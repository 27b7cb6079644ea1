import type { IgnoredPath } from '../../model/events/IgnoredPath.js';
import { isTouch } from '../disk/Look.js';
import { deletedIn, type NetEvent } from './netEvents.js';
import type { PendingChange } from './PendingChange.js';
import { isTemporaryName } from './temporaryNames.js';

/** Tells of paths that were hinted at, or seen to change, and are no event. */
export class NothingTold {
  readonly #onNothing: (path: string, why: IgnoredPath['why']) => void;
  /** Paths that the last events reported as deleted: later hints of them tell nothing new. */
  #deleted: ReadonlySet<string> = new Set();

  constructor(onNothing: (path: string, why: IgnoredPath['why']) => void) {
    this.#onNothing = onNothing;
  }

  /** These events are emitted. */
  noteEmitted(groups: readonly (readonly NetEvent[])[]): void {
    this.#deleted = deletedIn(groups);
  }

  /**
   * A file is as it was reported, or is not there and was not before. `isOpen`: it looked different before. The last hint of a change that
   * was reported comes after its event: then nothing happened since.
   */
  unchanged(name: string, path: string, isThere: boolean, isOpen: boolean): void {
    if (!isOpen && (isThere || this.#deleted.has(path))) return;
    this.#onNothing(path, !isThere && isTemporaryName(name) ? 'temporary' : 'netNothing');
  }

  /** A change was looked at once more, and changed nothing. */
  noChange({ name, path, before, look }: PendingChange): void {
    this.#onNothing(path, whyNothing(name, before, look));
  }
}

function whyNothing(
  name: string,
  before: PendingChange['before'],
  look: PendingChange['look'],
): IgnoredPath['why'] {
  if (before === undefined || look === undefined) {
    return isTemporaryName(name) ? 'temporary' : 'netNothing';
  }
  return isTouch(before, look) ? 'touched' : 'sameContent';
}
