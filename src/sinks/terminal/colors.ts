import picocolors from 'picocolors';

/** How parts of a line stand out. Without colours each returns its text as it is. */
export interface Colors {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly notice: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
}

export function colors(isEnabled: boolean): Colors {
  const { green, red, yellow, dim, bold } = picocolors.createColors(isEnabled);
  return { good: green, bad: red, notice: yellow, faint: dim, strong: bold };
}

/**
 * Whether lines to `stream` are coloured where nobody says: on a terminal, unless the environment's `NO_COLOR` says no; an empty one does not.
 * Always a boolean: a stream that is no terminal has no `isTTY` at all.
 *
 * @source NO_COLOR: https://no-color.org
 */
export function showsColors(stream: { readonly isTTY?: boolean | undefined }): boolean {
  return stream.isTTY === true && (process.env.NO_COLOR ?? '') === '';
}
