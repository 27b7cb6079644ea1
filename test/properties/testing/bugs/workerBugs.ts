import type { SourceBug } from './SourceBug.js';

const HOST = 'runtime/worker/host/workerHost.ts';
const LINK = 'runtime/worker/host/WorkerLink.ts';
const RESTARTS = 'runtime/slot/CrashRestarts.ts';

/** Mistakes about plugins that run in threads: what dies, hangs or answers late. */
export const workerBugs: readonly SourceBug[] = [
  {
    name: 'a late answer of an old thread is taken for the one of the new thread',
    file: LINK,
    right: '  readonly #pending = new Map<number, Pending>();',
    wrong:
      '  get #pending(): Map<number, Pending> { return (WorkerLink.all ??= new Map()); }\n  static all: Map<number, Pending> | undefined;',
  },
  {
    name: 'the thread of a version that failed or was replaced is not ended',
    file: HOST,
    right: '    } finally {\n      worker.terminate();\n    }',
    wrong: '    } finally {\n      worker.stopServing();\n    }',
  },
  {
    name: 'calls that are under way when a thread dies are never answered',
    file: HOST,
    right: "    this.#link?.end(new PluginCallError('Crashed', plugin, this.#crash.message));\n",
    wrong: '',
  },
  {
    name: 'the death of what serves is not told',
    file: HOST,
    right: '    this.#onCrash?.(this.#crash);\n',
    wrong: '',
  },
  {
    name: 'a version that is started again after its death gets no state',
    file: 'runtime/recovery/restartVersion.ts',
    right: '    takeNewest: () => slot.states.newest(),',
    wrong: '    takeNewest: () => Promise.resolve(E.right(undefined)),',
  },
  {
    name: 'restarts after deaths in a row ignore their limit',
    file: RESTARTS,
    right: '    if (this.#crashes > MAX_RESTARTS_COUNT) return',
    wrong: '    if (this.#crashes > 1_000) return',
  },
  {
    name: 'each restart of the same version counts as the first one',
    file: RESTARTS,
    right: '    if (this.plugin.version !== this.#version) this.#policy.forget();',
    wrong: '    this.#policy.forget();',
  },
  {
    name: 'calls go to the dead thread until another one serves',
    file: RESTARTS,
    right: '      gate.hold();',
    wrong: '      gate.open();',
  },
  {
    name: 'silence does not end the thread that serves',
    file: 'runtime/worker/host/Watchdog.ts',
    right: '    if (worker.isServing && last.silentMs >= heartbeatMs) {',
    wrong: '    if (!worker.isServing && last.silentMs >= heartbeatMs) {',
  },
  {
    name: 'a version whose thread died between two stages goes live',
    file: 'runtime/swap/swapVersion.ts',
    right: "  return crash === undefined ? steps.check('commit') : E.left(crash);",
    wrong: "  return steps.check('commit');",
  },
];
