import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { adoptState } from './stateAccess.js';
import { handOverOf } from './handOverOf.js';
import type { PluginSlot } from './PluginSlot.js';
import type { Serving } from './PluginVersion.js';
import { versionNotKept } from '../../model/reload/failures.js';

/** Brings an earlier version back, with the state that was saved under it. */
export async function replaceVersion(
  slot: PluginSlot,
  serving: Serving,
  number: number,
): Promise<E.Either<ReloadError, void>> {
  if (number === serving.version.number) return E.right(undefined);
  const target = slot.kept.find(number);
  if (target === undefined) {
    return E.left(
      versionNotKept(
        slot.name,
        number,
        serving.version.number,
        slot.kept.all.map((version) => version.number),
      ),
    );
  }
  const { savedState } = target;
  const { rejected } = slot;
  const swapped = await slot.swap({
    code: target,
    version: number,
    steps: slot.steps(),
    whenBusy: 'refuse',
    takeState: async (time) => {
      const saved = await slot.takeState(undefined, time);
      if (E.isLeft(saved)) return saved;
      // Of a state that went on as it was there is no earlier copy.
      const isHandedOn = handOverOf(slot.environment, serving.version, target) === 'reference';
      return E.right(savedState ?? (isHandedOn ? saved.right : undefined));
    },
    isFresh: () => true,
    onCommit: () => slot.trust(),
  });
  if (E.isLeft(swapped)) return swapped;
  const { number: from, codeHash, manifest } = serving.version;
  const reason = 'replacePlugin was called';
  // Whichever versions are ordered, what is on disk is still the one that was taken back first.
  const onDisk = rejected ?? {
    codeHash,
    meaning: manifest.meaning,
    number: from,
    by: 'order',
    reason,
  };
  slot.rejected = onDisk.number === number ? undefined : onDisk;
  if (number < from) {
    slot.environment.tell({ _tag: 'RolledBack', plugin: slot.name, from, to: number, reason });
  }
  const adopted = savedState && (await adoptState(slot, slot.steps(), savedState, target));
  if (adopted && E.isLeft(adopted)) slot.environment.report(adopted.left);
  return E.right(undefined);
}
