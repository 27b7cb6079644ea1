import type { SourceBug } from './SourceBug.js';

/** Mistakes on the way from a file to the reload of its plugin. */
export const fileBugs: readonly SourceBug[] = [
  {
    name: 'the file of a computed import is not compared',
    file: 'runtime/code/staleFiles.ts',
    right: '!built.modules.has(path) && !hasSameText(files, path, module)',
    wrong: 'module === undefined',
  },
  {
    name: 'the old path of a rename is not routed',
    file: 'pipeline/stream/routeToPlugins.ts',
    right: 'target.pluginsOf(event.from) : [];',
    wrong: 'target.pluginsOf(event.path) : [];',
  },
  {
    name: 'the longest wait of an event begins again with each event',
    file: 'policies/debounce/QuietWindow.ts',
    right: '    if (this.count++ === 0) this.heldSinceMs = nowMs;',
    wrong: '    this.count += 1;\n    this.heldSinceMs = nowMs;',
  },
  {
    name: 'only what timed out is tried again',
    file: 'pipeline/reload/retryRules.ts',
    right: "return isContentFailure(error) || error._tag === 'Aborted';",
    wrong: "return isContentFailure(error) || error._tag !== 'TimedOut';",
  },
  {
    name: 'a store that fails counts as code that fails',
    file: 'pipeline/reload/retryRules.ts',
    right: "  'HealthCheckFailed',\n]);",
    wrong: "  'HealthCheckFailed',\n  'StateSaveFailed',\n]);",
  },
  {
    name: 'a late result of an earlier time of the breaker counts',
    file: 'policies/breaker/breakerMachine.ts',
    right: '    report(from, reason + chosen.remark);',
    wrong:
      "    report(from, reason + chosen.remark);\n    if (from === 'half-open') state = 'half-open';",
  },
  {
    name: 'a probe that succeeds does not forget the failures before it',
    file: 'policies/breaker/breakerMachine.ts',
    right: '    gapEndsMs = -Infinity;\n    cause = undefined;\n    failures.clear();',
    wrong: '    gapEndsMs = -Infinity;\n    cause = undefined;',
  },
  {
    name: 'the gap between two probes begins with the first failure',
    file: 'policies/breaker/breakerMachine.ts',
    right: '    gapEndsMs = elapsedMs() + rules.probeGapMs;',
    wrong: '    gapEndsMs = openUntilMs - openForMs + rules.probeGapMs;',
  },
  {
    name: 'what an attempt has found otherwise than it is now is not looked at again',
    file: 'pipeline/stream/MissedChanges.ts',
    right: '        if (stale.length > 0) emit(stale);\n',
    wrong: '',
  },
  {
    name: 'what came and went in one window is no change, although an attempt has found it',
    file: 'pipeline/stream/detectChanges.ts',
    right: 'const seen = past.mayHaveLooked(plugin, openedAtMs) && last ? [last] : [];',
    wrong: 'const seen: WatchEvent[] = [];',
  },
  {
    name: 'the deadline of an attempt counts after COMMIT',
    file: 'runtime/swap/swapVersion.ts',
    right: '  plan.onCommit?.();\n',
    wrong: '',
  },
];
