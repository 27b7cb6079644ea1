/** Encodes the milliseconds between events for a trace file: -n stands for n events in the same millisecond as the last one. */
export const encodeGaps = (gapsMs: readonly number[]): number[] => {
  const encoded: number[] = [];
  for (const gapMs of gapsMs) {
    const last = encoded.at(-1);
    if (gapMs > 0) encoded.push(gapMs);
    else if (last !== undefined && last < 0) encoded[encoded.length - 1] = last - 1;
    else encoded.push(-1);
  }
  return encoded;
};

export const decodeGaps = (encoded: readonly number[]): number[] =>
  encoded.flatMap((n) => (n > 0 ? [n] : Array.from({ length: -n }, () => 0)));
