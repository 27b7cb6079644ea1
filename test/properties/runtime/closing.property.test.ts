import fc from 'fast-check';
import { right } from 'fp-ts/lib/Either.js';
import { VirtualTimeScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import { createSteps } from '../../../src/runtime/protocol/createSteps.js';
import { defaultLimitsMs, type Stage } from '../../../src/runtime/protocol/Stage.js';

/** `close` promises 2,000 ms; this is left for a worker that is past its deadline, and for the threads to end. */
const LEFT_MS = 250;
const LAST_STAGES: readonly Stage[] = ['quiesce', 'save', 'dispose', 'dispose'];

/** Resolves all promises, then runs one scheduled action, until nothing is left of either. */
async function play(scheduler: VirtualTimeScheduler): Promise<void> {
  for (;;) {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    if (scheduler.actions.length === 0) return;
    scheduler.maxFrames = Math.min(...scheduler.actions.map(({ delay }) => delay));
    scheduler.flush();
  }
}

test('what a closing runtime still does ends in time, whatever never ends, and whenever the end begins', async () => {
  const tookMs = fc.integer({ min: 0, max: 3_000 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3_999 }),
      fc.array(tookMs, { minLength: 6, maxLength: 6 }),
      async (closeAtMs, durationsMs) => {
        const scheduler = new VirtualTimeScheduler(undefined, Number.POSITIVE_INFINITY);
        const closing = new AbortController();
        const elapsedMs = () => (closing.signal.aborted ? scheduler.now() - closeAtMs : 0);
        const steps = createSteps({
          plugin: 'a',
          scheduler,
          limitsMs: defaultLimitsMs,
          signals: [],
          closing: { signal: closing.signal, elapsedMs },
        });
        const run = (stage: Stage, index: number) =>
          steps.run(stage, async () => {
            await new Promise<void>((resolve) => {
              scheduler.schedule(() => resolve(), durationsMs[index]);
            });
            return right(undefined);
          });
        const closed = new Promise<void>((resolve) => {
          scheduler.schedule(() => {
            closing.abort();
            resolve();
          }, closeAtMs);
        });
        let endedAtMs = Number.NaN;
        const all = async () => {
          // A reload that disposes of a version holds the plugin's turn.
          await run('dispose', 0);
          await run('dispose', 1);
          await closed;
          for (const [index, stage] of LAST_STAGES.entries()) await run(stage, 2 + index);
          endedAtMs = scheduler.now();
        };
        await Promise.all([all(), play(scheduler)]);

        expect(endedAtMs - closeAtMs).toBeLessThanOrEqual(2_000 - LEFT_MS);
      },
    ),
  );
});
