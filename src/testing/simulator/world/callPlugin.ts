import type { Host } from '../host/Host.js';
import type { CallAnswer, Witness } from '../witness/Witness.js';
import { messageOf } from '../../../model/unknownValue.js';

/** Calls a function of a plugin, as the host's own code does, and has the outcome seen. */
export function callPlugin(
  host: Host,
  witness: Required<Pick<Witness, 'called' | 'answered' | 'refused'>>,
  { plugin, takesMs, order }: { plugin: string; takesMs: number; order: number },
): void {
  witness.called(plugin, order);
  const name = takesMs > 0 ? 'bumpSlowly' : 'bump';
  host.track(host.runtime.call(plugin, name, takesMs)).then(
    (answer) => host.isDead || (isAnswer(answer) && witness.answered(plugin, order, answer)),
    (error: unknown) => host.isDead || witness.refused(plugin, order, messageOf(error)),
  );
}

function isAnswer(value: unknown): value is CallAnswer {
  return typeof value === 'object' && value !== null && 'count' in value && 'program' in value;
}
