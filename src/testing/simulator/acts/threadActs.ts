import type { Host } from '../host/Host.js';
import type { ThreadFate, ThreadMoment } from '../host/threadFates.js';
import type { CallAct } from './callActs.js';
import type { DrawContext } from './DrawContext.js';
import { drawSave, type FileAct } from './fileActs.js';

/** Something happens to the next thread of the plugin that comes to this moment, or to those that run, when the moment is `idle`. */
export interface ThreadAct {
  readonly afterMs: number;
  readonly do: 'thread';
  readonly plugin: number;
  readonly at: ThreadMoment;
  readonly fate: ThreadFate;
}

export function performThreadAct(act: ThreadAct, host: Host, plugin: string): void {
  host.threads.setFate(plugin, act.at, act.fate);
}

/** A fate of a thread, and what brings the thread to it: a save, or calls. */
export function drawThreadActs(draws: DrawContext): readonly (ThreadAct | FileAct | CallAct)[] {
  const { random } = draws;
  const plugin = draws.plugin();
  const at = random.pick<ThreadMoment>(
    ...(['start', 'load', 'restoreState', 'saveState', 'migrate', 'init', 'health'] as const),
    ...(['stop', 'dispose', 'preload', 'call', 'call', 'idle', 'idle'] as const),
  );
  const act: ThreadAct = {
    afterMs: draws.soonMs(),
    do: 'thread',
    plugin,
    at,
    fate: drawFate(draws, at),
  };
  const call = (): CallAct => {
    return { afterMs: random.pick(0, 1, 4), do: 'call', plugin, takesMs: random.pick(0, 0, 2, 30) };
  };
  const calls = [call(), call(), call()];
  if (at === 'call' || at === 'idle')
    return random.isLucky(0.5) ? [act, ...calls] : [calls[0] ?? act, act];
  return [act, drawSave(draws, 0, plugin), ...calls.slice(random.below(4))];
}

function drawFate({ random }: DrawContext, at: ThreadMoment): ThreadFate {
  if (at === 'start' && random.isLucky(0.3)) return { kind: 'refused' };
  const kind = random.pick('dies', 'dies', 'stalls', 'late');
  switch (kind) {
    case 'dies':
      return { kind, how: random.pick('before', 'within', 'after', 'told first') };
    case 'stalls':
      return { kind, forMs: random.pick<number | 'ever'>(15, 110, 400, 'ever') };
    case 'late':
      return { kind, byMs: random.pick(3, 110, 400) };
  }
}
