/** A marble takes a frame, which is a millisecond; a group takes one for each of its characters. */
const MARBLE_FRAMES = 1;

/** A value at a time. */
export interface Mark {
  readonly ms: number;
  /** One character. */
  readonly letter: string;
}

/**
 * Marbles for values at these times, such as `12ms a 30ms (bc) |`; undefined when they cannot be drawn: what comes at one time is a group, as
 * wide as its characters, and nothing can come within its width.
 *
 * @param endMs - When the stream completes; undefined: it does not.
 */
export function laneOf(marks: readonly Mark[], endMs: number | undefined): string | undefined {
  const times = [...new Set(marks.map(({ ms }) => ms))].sort((a, b) => a - b);
  const parts: string[] = [];
  let frame = 0;
  const advance = (ms: number): boolean => {
    if (ms < frame) return false;
    if (ms > frame) parts.push(`${ms - frame}ms`);
    return true;
  };
  for (const ms of times) {
    const letters = marks.filter((mark) => mark.ms === ms).map(({ letter }) => letter);
    const isEnd = ms === endMs;
    if (!advance(ms)) return undefined;
    if (letters.length === 1 && !isEnd) {
      parts.push(letters.join(''));
      frame = ms + MARBLE_FRAMES;
    } else {
      parts.push(`(${letters.join('')}${isEnd ? '|' : ''})`);
      frame = ms + letters.length + 2 + (isEnd ? 1 : 0);
    }
    if (isEnd) return parts.join(' ');
  }
  if (endMs === undefined) return parts.join(' ');
  if (!advance(endMs)) return undefined;
  return [...parts, '|'].join(' ');
}
