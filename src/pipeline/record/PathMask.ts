import { resolve } from 'node:path';

/**
 * Hides the directories above a root, and keeps what is relative to it: with the root `/home/ann/app/plugins`, `/home/ann/lib/x.ts` is
 * written as `/r1/r2/lib/x.ts`. The way from the masked root to it is the same as before, which is all that a pipeline uses.
 */
export class PathMask {
  /** The root as it is written. */
  readonly root: string;
  readonly #above: RegExp | undefined;
  readonly #names: readonly string[];

  /**
   * @param root - Undefined: nothing is masked.
   * @param nameOfRoot - What the last part of the root is written as.
   */
  constructor(root: string | undefined, nameOfRoot: (name: string) => string) {
    const parts = root === undefined ? [] : resolve(root).split(/[\\/]/);
    // A drive of Windows, or what is before the first slash.
    const [drive = '', ...names] = parts.filter((part, index) => index === 0 || part !== '');
    const isMasked = names.length > 0;
    this.#names = names.map((name, at) =>
      at === names.length - 1 ? nameOfRoot(name) : `r${at + 1}`,
    );
    this.root = `/${this.#names.join('/')}`;
    const nested = names.reduceRight(
      (inner, name) => `[\\\\/]${escapeRegExp(name)}${inner === '' ? '' : `(?:${inner})?`}`,
      '',
    );
    this.#above = isMasked
      ? new RegExp(`(?<![\\w.-])${escapeRegExp(drive)}${nested}(?![\\w.-])`, 'g')
      : undefined;
  }

  /** The text with each directory on the way to the root masked. */
  text(text: string): string {
    return this.#above === undefined ? text : text.replace(this.#above, (way) => this.#mask(way));
  }

  /** A path, and how much of it is a masked directory. */
  path(path: string): { readonly masked: string; readonly rest: string } {
    const [way] = this.#above === undefined ? [] : (path.match(this.#above) ?? []);
    if (way === undefined || !path.startsWith(way)) return { masked: '', rest: path };
    return { masked: this.#mask(way), rest: path.slice(way.length) };
  }

  #mask(way: string): string {
    const depth = way.split(/[\\/]/).length - 1;
    return `/${this.#names.slice(0, depth).join('/')}`;
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
