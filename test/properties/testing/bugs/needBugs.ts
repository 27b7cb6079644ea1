import type { SourceBug } from './SourceBug.js';

/** Mistakes with plugins that need each other, and with versions that cannot run side by side. */
export const needBugs: readonly SourceBug[] = [
  {
    name: 'what waits for a plugin is not tried again when that one serves',
    file: 'runtime/registry/Dependencies.ts',
    right: 'if (slot.waiting?.blockers.has(plugin) === true) void this.#tryAgain(slot);',
    wrong: 'if (slot.waiting?.blockers.has(plugin) === false) void this.#tryAgain(slot);',
  },
  {
    name: 'a cycle of dependencies is not seen',
    file: 'runtime/manifest/checkDependencies.ts',
    right: '    cycleProblem(manifest, known) ??\n',
    wrong: '',
  },
  {
    name: 'any version of a dependency fits',
    file: 'runtime/manifest/checkDependencies.ts',
    right: 'if (offered !== undefined && semverRange.satisfies(offered, range)) continue;',
    wrong: 'if (offered !== undefined) continue;',
  },
  {
    name: 'a plugin goes to a version that those that serve do not take',
    file: 'runtime/manifest/checkDependencies.ts',
    right: '    missingDependency(manifest, known) ??\n    brokenDependant(manifest, known)\n',
    wrong: '    missingDependency(manifest, known)\n',
  },
  {
    name: 'what goes live during a swap is not seen by it',
    file: 'runtime/reload/reloadSlot.ts',
    right: 'isFresh: () => isFresh() && fitsNow(),',
    wrong: 'isFresh,',
  },
  {
    name: 'the version before is not stopped first',
    file: 'runtime/swap/swapVersion.ts',
    right: "some(({ manifest }) => manifest.manifest.swap === 'stop-first');",
    wrong: "every(({ manifest }) => manifest.manifest.swap === 'stop-first');",
  },
  {
    name: 'a version that was stopped for one that failed is not started again',
    file: 'runtime/swap/swapVersion.ts',
    right: 'if (isStopFirst && E.isLeft(verdict)) await startAgain(slot, verdict.left, handed);',
    wrong: 'if (isStopFirst) gate.open();',
  },
  {
    name: 'a call that waited runs in the context of whoever ended the wait',
    file: 'runtime/calls/CallGate.ts',
    right: 'answer(context.runInAsyncScope(this.#run, this, name, args, atMs));',
    wrong: 'answer(this.#run(name, args, atMs));',
  },
];
