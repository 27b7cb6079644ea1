import type { SourceBug } from './SourceBug.js';

/** Mistakes in what is kept of a state, in memory and on disk. */
export const stateBugs: readonly SourceBug[] = [
  {
    name: 'a save that ends late replaces a newer one',
    file: 'runtime/protocol/PluginStates.ts',
    right: '    if (save < this.#newestFrom) return;\n',
    wrong: '',
  },
  {
    name: 'a record of a save that ended late counts as newer',
    file: 'runtime/protocol/PluginStates.ts',
    right: '(record?.seq ?? 0) > this.#seenSeq;',
    wrong: '(record?.seq ?? 0) >= this.#seenSeq;',
  },
  {
    name: 'the number of a failed save is given again',
    file: 'state/writer/publishRecord.ts',
    right: '    shared.lastSeqs.set(plugin, seq);\n',
    wrong: '',
  },
  {
    name: 'a version that cannot give its state is never replaced',
    file: 'runtime/slot/saveServing.ts',
    right: 'if (!isOwnFault(taken.left) || isOver()) return taken;',
    wrong: 'if (isOwnFault(taken.left) || isOver()) return taken;',
  },
  {
    name: 'a state that stays behind is not told',
    file: 'runtime/swap/swapToNewest.ts',
    right: "  environment.emit({ _tag: 'StateLost', plugin: name, from, to: number, reason });",
    wrong: '',
  },
  {
    name: 'an order forgets the state that the version it leaves has now',
    file: 'runtime/recovery/replaceVersion.ts',
    right: '  const { savedState } = target;',
    wrong: '  const { savedState } = slot.kept.all[0] ?? target;',
  },
];
