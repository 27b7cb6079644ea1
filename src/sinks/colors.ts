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
