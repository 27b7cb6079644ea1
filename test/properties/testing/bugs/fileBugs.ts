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
    name: 'a renamed file that was edited is reported as renamed only',
    file: 'sources/changes/pairRenames.ts',
    right: 'onPair(source.path, path, !isUntouched(source.before, after));',
    wrong: 'onPair(source.path, path, false);',
  },
  {
    name: 'a failure of the file system is not looked at again',
    file: 'pipeline/reload/retryRules.ts',
    right: "  return CONTENT_FAILURES.has(_tag) || _tag === 'Aborted';",
    wrong: "  return CONTENT_FAILURES.has(_tag) || _tag !== 'TimedOut';",
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
    name: 'a key that drains drops the values that come meanwhile',
    file: 'operators/keyed/RunPerKey.ts',
    right:
      "    if (slot.state === 'draining') this.#replay(slot);\n    else if (slot.state === 'live') {",
    wrong: "    if (slot.state === 'draining' || slot.state === 'live') {",
  },
];
