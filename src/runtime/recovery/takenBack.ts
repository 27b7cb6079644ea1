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
  const { number, codeHash, manifest } = left;
  const onDisk = rejected ?? { number, codeHash, meaning: manifest.meaning, by: 'order', reason };
  return onDisk.number === to ? undefined : onDisk;
}
