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
    right: 'note.given === undefined && needsState && serving !== undefined;',
    wrong: 'note.given === undefined && needsState;',
  },
  {
    name: 'a state that is too new is given as it is',
    file: 'runtime/swap/chooseState.ts',
    right: '  if (newest.stateVersion <= format) return asItIs(newest);',
    wrong: '  if (newest.stateVersion >= format) return asItIs(newest);',
  },
  {
    name: 'every record of a newer format is kept',
    file: 'state/records/newestOfFormat.ts',
    right: 'schema === undefined || formats.has(schema) ||',
    wrong: 'schema === undefined ||',
  },
  {
    name: 'the last build may have the manifest of another save',
    file: 'runtime/reload/reloadSlot.ts',
    right: '    if (torn !== undefined) return failed(torn);\n',
    wrong: '',
  },
];
