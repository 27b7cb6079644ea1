import { hash } from 'node:crypto';
import { relative, sep } from 'node:path';
import { type PluginFiles, realPathOf } from '../../modules/files/PluginFiles.js';
import { displayPath } from '../../modules/places/sourcePlace.js';
import { matchesPattern } from './matchesPattern.js';

/** A shared file that a plugin imports. */
interface SharedFile {
  /** SHA-256 of its text when a plugin first imported it; undefined when it could not be read. */
  readonly hash: string | undefined;
  /** Paths in events are relative to it. */
  readonly root: string;
  /** Whether it was told that the file has changed: once is enough, nothing can be done but a restart. */
  isTold: boolean;
}

/** What a plugin in a worker is told. */
export const NOT_IN_A_WORKER =
  'is shared with the host ("shared"), and nothing can be shared with a thread: run this plugin with mode = "in-process", or call a plugin of the host\'s process that owns it';

/**
 * The files that plugins share with their host: the host's own `import()` loads them, so that the process has one instance of each. They are
 * never reloaded; an edit of one is told as `RestartNeeded`.
 */
export class SharedModules {
  /** By real path: those that a plugin imports. */
  readonly #used = new Map<string, SharedFile>();
  /** Roots without links, by root. */
  readonly #realRoots = new Map<string, string>();

  constructor(
    /** File patterns, relative to the root. */
    readonly patterns: readonly string[],
    readonly files: PluginFiles,
    readonly tell: (paths: readonly string[], reason: string) => void,
  ) {}

  /** The files that plugins import; they are watched. */
  get paths(): readonly string[] {
    return [...this.#used.keys()];
  }

  /** Whether a plugin imports the file, by its real path, and shares it. */
  isUsed(path: string): boolean {
    return this.#used.has(path);
  }

  /** Whether a file is shared, by its real path. From the first time on it counts as one that a plugin imports. */
  includes(path: string, root: string): boolean {
    if (this.#used.has(path)) return true;
    const written = relative(this.#realRoot(root), path).split(sep).join('/');
    if (!this.patterns.some((pattern) => matchesPattern(pattern, written))) return false;
    this.#used.set(path, { hash: this.#hashAt(path), root, isTold: false });
    return true;
  }

  /** Called with a path that changed. Whether it is shared; a change of its text is told. */
  noteChange(path: string): boolean {
    const file = this.#used.get(path);
    if (file === undefined) return false;
    if (!file.isTold && this.#hashAt(path) !== file.hash) {
      file.isTold = true;
      const shown = displayPath(file.root, path);
      this.tell(
        [shown],
        `${shown} is shared by the host and its plugins, so it is not reloaded: the host goes on with what it loaded until it is started again`,
      );
    }
    return true;
  }

  #hashAt(path: string): string | undefined {
    try {
      const { text } = this.files.read(path, MAX_BYTES);
      return hash('sha256', text);
    } catch {
      return undefined;
    }
  }

  #realRoot(root: string): string {
    const known = this.#realRoots.get(root);
    if (known !== undefined) return known;
    const real = realPathOf(this.files, root);
    this.#realRoots.set(root, real);
    return real;
  }
}

const MAX_BYTES = 16 * 1024 * 1024;
