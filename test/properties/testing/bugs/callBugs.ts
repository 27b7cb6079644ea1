import type { SourceBug } from './SourceBug.js';

/** Mistakes in the way of calls, and in the stages of a swap that wait for them. */
export const callBugs: readonly SourceBug[] = [
  {
    name: 'a call that waited is overtaken by the calls that came after it',
    file: 'runtime/calls/CallGate.ts',
    right: 'this.#waiting.push({ name, args, answer: resolve, context, atMs });',
    wrong: 'this.#waiting.unshift({ name, args, answer: resolve, context, atMs });',
  },
  {
    name: 'a call that a waiting call makes overtakes those that wait behind it',
    file: 'runtime/calls/CallGate.ts',
    right: "    if (this.#state === 'held' || this.isAwaited) return;\n",
    wrong: "    if (this.#state === 'held' || this.isAwaited) return;\n    this.#state = 'open';\n",
  },
  {
    name: 'the second swap does not wait for calls in flight: they leave the flight of the version that serves',
    file: 'runtime/calls/CallGate.ts',
    right: '      flight.leave();',
    wrong: '      this.#flight.leave();',
  },
  {
    name: 'the second waiter for calls in flight replaces the first one',
    file: 'runtime/calls/CallGate.ts',
    right: 'for (const resolve of this.#onIdle.splice(0)) resolve();',
    wrong: 'for (const resolve of this.#onIdle.splice(1)) resolve();',
  },
  {
    name: 'the gate stays open while a swap waits',
    file: 'runtime/swap/swapVersion.ts',
    right: '  gate.close();\n',
    wrong: '',
  },
  {
    name: 'a swap that fails leaves its calls waiting',
    file: 'runtime/swap/swapVersion.ts',
    right: '    gate.open();\n',
    wrong: '',
  },
  {
    name: 'an abandoned version is stopped while calls run in it',
    file: 'runtime/swap/swapVersion.ts',
    right: "if (plan.whenBusy === 'abandon') await",
    wrong: "if (plan.whenBusy === 'refuse') await",
  },
];
