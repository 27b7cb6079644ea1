import * as E from 'fp-ts/lib/Either.js';
import { Probation } from '../calls/Probation.js';
import { probationRulesOf } from './probationRulesOf.js';
import type { PluginSlot } from './PluginSlot.js';
import { rollBack } from './rollBack.js';
import { checkHealth } from '../protocol/startInstance.js';

/**
 * PROBATION of the version that was just committed, where the manifest or the host asks for it and there is a version to go back to.
 * What fails it brings back the version that was trusted last.
 */
export function startProbation(slot: PluginSlot): void {
  const { serving, environment } = slot;
  const back = slot.trusted();
  if (serving === undefined) return;
  const { number, manifest } = serving.version;
  const rules = probationRulesOf(manifest.manifest, environment.probation);
  if (back === undefined || rules === undefined) {
    slot.trust();
    return;
  }
  const goBack = (reason: string) =>
    void slot.exclusively(async () => {
      if (slot.version === number) await rollBack(slot, back, reason);
    });

  const probation = new Probation(slot.name, rules, environment.scheduler, {
    failed: goBack,
    lasted: () =>
      void slot.exclusively(async () => {
        if (probation.isOver || slot.serving === undefined) return;
        const health = await checkHealth(slot.name, slot.serving.instance, slot.steps());
        if (E.isLeft(health)) {
          probation.fail(health.left.message);
          return;
        }
        probation.end();
        slot.trust();
      }),
  });
  slot.probation = probation;
}
