/** The tests of the runtime that need neither files nor threads. */
const inVirtualTime = [
  'test/unit/runtime/*.test.ts',
  'test/unit/pipeline/*.test.ts',
  'test/unit/state/versionLedger.test.ts',
  'test/properties/runtime/{callContext,closing,keptVersions,probation}.property.test.ts',
  'test/unit/testing/simulatedHistories.test.ts',
];

/**
 * The code whose tests are tested, in four groups: what is changed (`mutate`), and the tests that must notice it (`tests`). Quick tests come
 * first, because the first test that fails ends the run of a mutant.
 */
const groups = {
  policies: {
    mutate: ['src/policies/**/*.ts'],
    tests: [
      'test/unit/policies/*.test.ts',
      'test/unit/operators/*.test.ts',
      'marble-tests/!(hotReload).marbles.test.ts',
      'test/properties/policies/*.property.test.ts',
    ],
  },
  operators: {
    mutate: ['src/operators/**/*.ts'],
    tests: [
      'marble-tests/!(hotReload).marbles.test.ts',
      'test/unit/operators/*.test.ts',
      'test/unit/policies/*.test.ts',
      'test/properties/operators/*.property.test.ts',
    ],
  },
  /** The steps of a swap, LOAD to DISPOSE; the calls that wait meanwhile; the order of work on one plugin. */
  swap: {
    mutate: [
      'src/runtime/protocol/*.ts',
      'src/runtime/swap/{commitVersion,startAgain,swapVersion}.ts',
      'src/runtime/calls/CallGate.ts',
      'src/runtime/slot/{PluginSlot,saveServing,unloadSlot}.ts',
      'src/pipeline/reload/runSwap.ts',
    ],
    tests: [...inVirtualTime, 'marble-tests/hotReload.marbles.test.ts'],
  },
  /** What brings an earlier version back, and the state that it takes over: probation, orders, restarts, versions on trial. */
  waysBack: {
    mutate: [
      'src/runtime/recovery/*.ts',
      'src/runtime/swap/{chooseState,probationRules,startProbation,swapToNewest}.ts',
      'src/runtime/calls/Probation.ts',
      'src/runtime/slot/{CrashRestarts,PluginVersion,stateAccess}.ts',
      'src/runtime/code/{TriedBuild,triedVersion}.ts',
      'src/pipeline/trials/*.ts',
      'src/state/ledger/VersionLedger.ts',
    ],
    tests: inVirtualTime,
  },
};

/** The group that `HOTPIPE_MUTATE` names. */
export const groupName = process.env.HOTPIPE_MUTATE ?? 'policies';
export const group = groups[groupName];
if (group === undefined) {
  throw new Error(`HOTPIPE_MUTATE: ${groupName} is none of ${Object.keys(groups).join(', ')}`);
}

/** `HOTPIPE_SAMPLE=4:1` runs every fourth mutant, from the second one on. Default: all. */
export const [every, first = 0] = (process.env.HOTPIPE_SAMPLE ?? '1').split(':').map(Number);
