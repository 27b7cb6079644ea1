import type { SourceBug } from './SourceBug.js';

/**
 * Mistakes on the ways back to an earlier version, by order and after a failed probation. One is left to a test of its own
 * (`test/node/runtime/ordersInARow.test.ts`): it shows after two orders without a save between them, then a reload of the same files. Hardly any
 * seed draws that.
 */
export const wayBackBugs: readonly SourceBug[] = [
  {
    name: 'a rollback does not make its state the newest one',
    file: 'runtime/recovery/replaceVersion.ts',
    right: 'savedState && (await adoptState(slot, slot.steps(), savedState, target));',
    wrong: 'undefined;',
  },
  {
    name: 'the adopted state is in the store, but not in memory',
    file: 'runtime/protocol/PluginStates.ts',
    right: '    this.acknowledge(state, this.startSave());\n',
    wrong: '',
  },
  {
    name: 'a version that a person went back from returns by itself',
    file: 'runtime/recovery/replaceVersion.ts',
    right: 'slot.rejected = takenBack(rejected, serving.version, number, reason);',
    wrong: 'slot.rejected = undefined;',
  },
  {
    name: 'the version that was trusted last is dropped with the others',
    file: 'runtime/slot/PluginVersion.ts',
    right: 'this.#versions.filter(({ number }) => number !== this.#lastTrusted);',
    wrong: 'this.#versions;',
  },
  {
    name: 'a version whose probation is over is not trusted',
    file: 'runtime/swap/startProbation.ts',
    right: '      probation.end();\n      slot.trustServing();\n',
    wrong: '      probation.end();\n',
  },
  {
    name: 'a probation counts the calls of all functions together only',
    file: 'runtime/calls/Probation.ts',
    right: 'fn === undefined ? undefined : this.#tallyOf(fn).record(failure);',
    wrong: 'undefined;',
  },
  {
    name: 'a failed probation takes the state that was saved under the older version',
    file: 'runtime/swap/swapToNewest.ts',
    right: 'return E.isLeft(adopted) ? adopted : E.right(chosen.state);',
    wrong: 'return E.isLeft(adopted) ? adopted : E.right(ownState ?? chosen.state);',
  },
  {
    name: 'a version is restarted from the state that was saved under it',
    file: 'runtime/recovery/restartVersion.ts',
    right: 'takeNewest: () => slot.states.newest(),',
    wrong: 'takeNewest: async () => E.right(version.savedState),',
  },
];
