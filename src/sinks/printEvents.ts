import type { Observer } from 'rxjs';
import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import { messageOf } from '../model/unknownValue.js';
import { colors, showsColors } from './terminal/colors.js';
import { describeEvent } from './terminal/describeEvent.js';
import { escapeText } from './terminal/escapeText.js';

/** Options of {@link printEvents}. */
export interface PrintEventsOptions {
  /** Where the lines are written. Default: `process.stdout`. */
  readonly stream?: {
    /** Gets whole lines, each with its line feed. */
    write(text: string): unknown;
    /** Whether it is a terminal, so that colours make sense. Default false. */
    readonly isTTY?: boolean;
  };
  /** Whether lines are coloured. Default: when `stream` is a terminal and the environment's `NO_COLOR` is empty or not set. */
  readonly isColored?: boolean;
}

/**
 * An observer that prints each event as a line for the person at the terminal: what changed, how long each stage took,
 * what failed (with its code frame), and which version still serves. Text from files cannot control the terminal.
 *
 * @example
 * ```ts
 * const lines: string[] = [];
 * const event = { v: 1, i: 0, atMs: 0, plugin: 'counter', _tag: 'Loaded', version: 1 } as const;
 * of(event).subscribe(printEvents({ stream: { write: (line) => lines.push(line) } }));
 *
 * lines.length; // => 1
 * lines[0]?.slice(8); // => ' counter serves version 1\n'
 * ```
 *
 * @source NO_COLOR: https://no-color.org
 */
export function printEvents({
  stream = process.stdout,
  isColored = showsColors(stream),
}: PrintEventsOptions = {}): Observer<ReloadEvent> {
  const palette = colors(isColored);
  return {
    next: (event) => stream.write(`${describeEvent(event, palette)}\n`),
    error: (cause: unknown) => {
      stream.write(`${palette.bad('the stream failed')}: ${escapeText(messageOf(cause))}\n`);
    },
    complete: () => undefined,
  };
}
