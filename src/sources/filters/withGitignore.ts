import type { GitignoreRules } from './GitignoreRules.js';
import type { PathFilter } from './pathFilter.js';

/** A filter that leaves out, too, what git would not look at. */
export function withGitignore(filter: PathFilter, rules: GitignoreRules): PathFilter {
  return {
    isWanted: (prefix, name) =>
      filter.isWanted(prefix, name) && !rules.isIgnored(prefix, name, 'file'),
    isExcluded: (prefix, name) =>
      filter.isExcluded(prefix, name) || rules.isIgnored(prefix, name, 'directory'),
  };
}
