import type { Host } from '../host/Host.js';
import type { DrawContext } from './DrawContext.js';

/**
 * The host calls a function of a plugin, which takes `takesMs`. The plugin makes `nestedCount` calls of itself meanwhile; left out: none.
 */
export interface CallAct {
  readonly afterMs: number;
  readonly do: 'call';
  readonly plugin: number;
  readonly takesMs: number;
  readonly nestedCount?: number;
}

export function performCallAct(act: CallAct, host: Host, plugin: string): void {
  host.call(plugin, act.takesMs, act.nestedCount);
}

/** Calls of all plugins in a row, a few of them slow, a few that call again. */
export function drawCalls({ random, setup }: DrawContext): readonly CallAct[] {
  const count = random.pick(4, 10, 25);
  return Array.from({ length: count }, () => {
    const afterMs = random.pick(0, 0, 1, 4);
    const takesMs = random.isLucky(0.08) ? random.pick(2, 30, 160, 260) : 0;
    const plugin = random.below(setup.plugins.length);
    const nested = random.isLucky(0.1) ? { nestedCount: random.pick(1, 2) } : {};
    return { afterMs, do: 'call', plugin, takesMs, ...nested };
  });
}
