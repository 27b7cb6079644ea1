import * as E from 'fp-ts/lib/Either.js';
import { Probation } from '../calls/Probation.js';
import { checkHealth } from '../protocol/startInstance.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { PluginVersion } from '../slot/PluginVersion.js';
import { pluginProbationRules } from './probationRules.js';

/**
 * PROBATION: watches a version that serves from now on. Undefined: it is trusted at once, because neither its manifest nor the host asks
 * for a probation, or there is no version to go back to. When it fails, `slot.recovery` brings back the version that was trusted last.
 */
export function startProbation(
  slot: PluginSlot,
  { number, manifest }: PluginVersion,
): Probation | undefined {
  const { environment, recovery } = slot;
  const back = slot.kept.trusted;
  const rules = pluginProbationRules(manifest.manifest, environment.probation);
  if (back === undefined || rules === undefined) {
    slot.trustServing();
    return undefined;
  }
  const goBack = (reason: string) =>
    void slot.runExclusive(async () => {
      // Work that ran before may have replaced the version that failed.
      if (slot.version === number) await recovery.rollBack(slot, back, reason);
    });

  const checkHealthAtEnd = () =>
    void slot.runExclusive(async () => {
      if (probation.isOver || slot.serving === undefined) return;
      const health = await checkHealth(slot.name, slot.serving.instance, slot.steps());
      if (E.isLeft(health)) {
        probation.fail(health.left.message);
        return;
      }
      probation.end();
      slot.trustServing();
      slot.tellProven(slot.serving.version.fingerprint);
    });

  const probation = new Probation(slot.name, rules, environment.scheduler, {
    failed: goBack,
    lasted: checkHealthAtEnd,
  });
  return probation;
}
