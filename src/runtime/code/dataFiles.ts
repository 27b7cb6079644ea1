import { join } from 'node:path';
import { linkedPaths } from '../../modules/files/linkedPaths.js';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';
import { identityAt } from '../../modules/files/unchanged.js';
import { matchesPattern } from './matchesPattern.js';

/** A build looks at all of them. Beyond that, only events tell of a change. */
const MAX_ENTRY_COUNT = 2_000;
const WILDCARD = /[*?]/;

/** The data files that a manifest's `reload-on` names, as they are now. */
export interface DataFiles {
  /** Path → identity of what it leads to: of each named path, and of what it leads through when there are links. */
  readonly read: ReadonlyMap<string, string>;
  /** Named paths, and what they lead through, where nothing is. */
  readonly missing: readonly string[];
  /** Differs when a path leads to something else: another file, or one that was written since. */
  readonly stamp: string;
}

/**
 * What the patterns of `reload-on` lead to. A named path may be a link, as in a ConfigMap of Kubernetes: then no event names the path when
 * it leads elsewhere, and it has to be compared.
 */
export function dataFiles(
  files: PluginFiles,
  folder: string,
  patterns: readonly string[],
): DataFiles {
  const read = new Map<string, string>();
  const missing: string[] = [];
  for (const name of namesOf(files, folder, patterns)) {
    const path = join(folder, name);
    for (const one of [path, ...linkedPaths(files, path)]) {
      if (tryStat(files, one) === undefined) missing.push(one);
      else read.set(one, identityAt(files, one));
    }
  }
  // A link that leads to nothing, or to a directory without a match, leads to one when it is changed.
  for (const path of wildDirectories(folder, patterns)) {
    const linked = linkedPaths(files, path);
    for (const one of [path, ...linked]) {
      if (tryStat(files, one) === undefined) missing.push(one);
      else if (linked.length > 0) read.set(one, identityAt(files, one));
    }
  }
  const stamp = [...read].map(([path, identity]) => `${path}\0${identity}`).join('\0');
  return { read, missing, stamp };
}

/** The names that are written, and those in the folder that a pattern matches. */
function namesOf(
  files: PluginFiles,
  folder: string,
  patterns: readonly string[],
): ReadonlySet<string> {
  const isWritten = (pattern: string) => !WILDCARD.test(pattern);
  const names = new Set(patterns.filter(isWritten).map((name) => name.replace(/^\.\//, '')));
  const wild = patterns.filter((pattern) => !isWritten(pattern));
  if (wild.length === 0) return names;
  const waiting = [...new Set(wild.map(fixedPart))];
  const seen = new Set(waiting);
  for (let count = 0; waiting.length > 0 && count < MAX_ENTRY_COUNT; ) {
    const dir = waiting.pop() ?? '';
    for (const entry of listed(files, join(folder, dir))) {
      const name = dir === '' ? entry : `${dir}/${entry}`;
      count += 1;
      if (count > MAX_ENTRY_COUNT) break;
      const kind = tryStat(files, join(folder, name))?.kind;
      if (kind === 'directory' && !seen.has(name) && entry !== 'node_modules') {
        seen.add(name);
        waiting.push(name);
      }
      if (kind === 'file' && wild.some((pattern) => matchesPattern(pattern, name))) names.add(name);
    }
  }
  return names;
}

/** The directories below the folder, or outside of it, that all matches of a pattern are in. */
function wildDirectories(folder: string, patterns: readonly string[]): ReadonlySet<string> {
  const parts = patterns.filter((pattern) => WILDCARD.test(pattern)).map(fixedPart);
  return new Set(parts.filter((part) => part !== '').map((part) => join(folder, part)));
}

/** The directory that all matches of a pattern are in. */
function fixedPart(pattern: string): string {
  const parts = pattern.replace(/^\.\//, '').split('/');
  const wild = parts.findIndex((part) => WILDCARD.test(part));
  return parts.slice(0, wild).join('/');
}

function listed(files: PluginFiles, dir: string): readonly string[] {
  try {
    return files.list(dir);
  } catch {
    return [];
  }
}
