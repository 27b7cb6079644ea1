import { AsyncLocalStorage } from 'node:async_hooks';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CallGate, type CallTarget } from '../../../src/runtime/calls/CallGate.js';

const user = new AsyncLocalStorage<string | undefined>();

/** What may happen to a gate. `by` is the async context that it happens in; undefined: outside of any. */
type Step =
  | { readonly kind: 'call'; readonly fn: string; readonly by: string | undefined }
  | { readonly kind: 'close' | 'hold' | 'open' | 'serve'; readonly by: string | undefined };

const by = fc.constantFrom('ann', 'ben', 'cat', undefined);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: call() },
  fc.record({ kind: fc.constantFrom('close', 'hold', 'open', 'serve'), by }),
);

function call(): fc.Arbitrary<Step> {
  const fn = fc.constantFrom('who', 'later', 'enter', 'nested');
  return fc.record({ kind: fc.constant('call'), fn, by });
}

/** A plugin that tells in which context it runs. */
function telling(gate: CallGate): CallTarget {
  const functions: Readonly<Record<string, () => unknown>> = {
    who: () => user.getStore(),
    later: () => Promise.resolve().then(() => user.getStore()),
    enter() {
      const before = user.getStore();
      user.enterWith('somebody who was let in');
      return before;
    },
    // A plugin may call itself, and waits for the answer. The inner call is of the same caller, also when it has to wait.
    nested: () => gate.call('who', []),
  };
  return { callable: (name) => functions[name] };
}

test('each call runs in the async context of its caller, whatever happens to the gate', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const gate = new CallGate('a');
      const target = telling(gate);
      gate.serve(target);
      const asked: Promise<unknown>[] = [];
      const expected: unknown[] = [];
      for (const next of steps) {
        user.run(next.by, () => {
          if (next.kind === 'call') {
            asked.push(gate.call(next.fn, []));
            expected.push(next.by);
          } else if (next.kind === 'serve') gate.serve(target);
          else gate[next.kind]();
        });
      }
      gate.serve(target);

      expect(await Promise.all(asked)).toEqual(expected);
    }),
  );
});
