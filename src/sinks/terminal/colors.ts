import picocolors from 'picocolors';

/** Styles of the parts of a line. Without colours each returns its text unchanged. */
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
 * The default for colours: on for a terminal, unless the environment sets `NO_COLOR` to something that is not empty.
 * Compares with true, because a stream that is no terminal has no `isTTY` at all.
 *
 * @source NO_COLOR: https://no-color.org
 */
export function showsColors(stream: { readonly isTTY?: boolean | undefined }): boolean {
  return stream.isTTY === true && (process.env.NO_COLOR ?? '') === '';
}
