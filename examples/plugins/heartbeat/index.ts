import type { PluginContext } from 'hotpipe/runtime';

const EVERY_MS = 1_000;

let beaten = 0;

/** The context owns the timer: a reload clears it, and the next version starts its own. */
export function start(ctx: PluginContext): void {
  ctx.setInterval(() => {
    beaten += 1;
  }, EVERY_MS);
}

export function beats(): number {
  return beaten;
}

export function saveState(): number {
  return beaten;
}

export function restoreState(state: number): void {
  beaten = state;
}
