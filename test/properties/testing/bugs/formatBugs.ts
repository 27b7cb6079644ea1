import type { SourceBug } from './SourceBug.js';

/** Mistakes with states of other formats, and with versions that are on trial at a start. */
export const formatBugs: readonly SourceBug[] = [
  {
    name: 'a newer state is not migrated down by the version that made it',
    file: 'runtime/swap/chooseState.ts',
    right: '    stateVersionOf(serving.version.manifest) >= newest.stateVersion;',
    wrong: '    stateVersionOf(serving.version.manifest) > newest.stateVersion;',
  },
  {
    name: 'a version that can convert a newer state itself does not get it',
    file: 'runtime/swap/chooseState.ts',
    right: "  if (candidate.lifecycle('migrate') !== undefined) return asItIs(newest);\n",
    wrong: '',
  },
  {
    name: 'a plugin does not start when its newest record is too new',
    file: 'runtime/swap/swapToNewest.ts',
    right: "without === 'newerFormat' && serving?.instance.crash === undefined;",
    wrong: "without === 'newerFormat';",
  },
  {
    name: 'a state that is too new is given as it is',
    file: 'runtime/swap/chooseState.ts',
    right: '  if (newest.stateVersion <= format) return asItIs(newest);',
    wrong: '  if (newest.stateVersion >= format) return asItIs(newest);',
  },
  {
    name: 'a record that was saved under an older format is not looked for in the store',
    file: 'runtime/protocol/PluginStates.ts',
    right: 'history.right.findLast(({ schema }) => schema <= format);',
    wrong: 'history.right.findLast(({ schema }) => schema < format);',
  },
];
