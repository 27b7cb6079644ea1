import * as E from 'fp-ts/lib/Either.js';
import { triedVersion } from '../code/triedVersion.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { PluginVersion, RejectedVersion } from '../slot/PluginVersion.js';

/**
 * What a reload must not load again after an order to go to the version `to`: the version that is on disk. Undefined when that is the one
 * that serves now. After several orders in a row, the files on disk are still those of the version that was taken back first.
 *
 * @param rejected - What was rejected before the order; COMMIT forgets it.
 * @param left - What served before the order.
 */
export function takenBack(
  rejected: RejectedVersion | undefined,
  left: PluginVersion,
  to: number,
  reason: string,
): RejectedVersion | undefined {
  const { number, codeHash, manifest, graph } = left;
  const { meaning } = manifest;
  const tried = triedVersion(left);
  const onDisk = rejected ?? { number, codeHash, meaning, graph, by: 'order', reason, tried };
  return onDisk.number === to ? undefined : onDisk;
}

/**
 * Notes, for a later start of the host, that what is on disk was taken back and that `to` serves in its place. Where that cannot be noted,
 * the order holds as long as this host lives, and the failure is reported.
 */
export async function noteTakenBack(
  slot: PluginSlot,
  to: PluginVersion,
  reason: string,
): Promise<void> {
  const { rejected, environment } = slot;
  const { trials } = environment;
  if (rejected === undefined || trials?.tookBack === undefined) return;
  const { tried } = rejected;
  const note = trials.tookBack.bind(trials, tried, triedVersion(to), reason);
  const noted = await slot.steps().run('save', () => note());
  if (E.isLeft(noted)) environment.report(noted.left);
}

/** A person took back what is on disk, under an earlier host: the version that the person went back to serves again. */
export function tellTakenBack({ name, serving, environment }: PluginSlot): void {
  const back = environment.trials?.takenBack?.(name);
  if (serving === undefined || back?.to !== serving.version.fingerprint) return;
  const { number: to, fingerprint } = serving.version;
  const reason = `What is on disk was taken back before this start: ${back.reason}. Change one of its files to load it.`;
  environment.emit({ _tag: 'RolledBack', plugin: name, from: 0, to, reason, fingerprint });
}
