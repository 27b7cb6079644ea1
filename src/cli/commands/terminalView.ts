import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import { printEvents } from '../../sinks/printEvents.js';
import { colors, showsColors } from '../../sinks/terminal/colors.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import { wrapWords } from '../../sinks/terminal/fitText.js';
import { summarizeSaves } from '../../sinks/terminal/summarizeSaves.js';
import type { WatchCommand } from '../arguments/Command.js';
import { columnsOf } from './announceWatch.js';
import { keysText } from './readKeys.js';

/** Clears the screen and what scrolled out of it, and goes to its first line. */
const CLEAR = '\u001b[2J\u001b[3J\u001b[H';
/** Back to the start of the line, and clears it. */
const REWRITE = '\r\u001b[2K';
/** A start with fewer plugins has no progress line. */
const MIN_PROGRESS_COUNT = 20;

/** What `hotpipe watch` shows on standard output. */
export interface TerminalView {
  /** The first load begins. */
  started(pluginCount: number): void;
  next(event: ReloadEvent): void;
  /** The first load has ended. */
  firstLoadEnded(): void;
  say(text: string): void;
  clear(): void;
  help(): void;
  close(): void;
}

export function terminalView({ isVerbose, isClearing }: WatchCommand): TerminalView {
  const out = process.stdout;
  const palette = colors(showsColors(out));
  const verbose = isVerbose ? printEvents() : undefined;
  // Asked for each line: the window may become narrower.
  const columns = () => columnsOf(out);
  const summary = summarizeSaves({ colors: palette, columns });
  /** Plugins that the first load has dealt with, and how many there are; undefined: it has ended, or nobody watches. */
  let progress: { readonly done: Set<string>; readonly total: number } | undefined;

  const write = (lines: readonly string[]): void => {
    if (lines.length === 0) return;
    const text = lines.map((line) => `${line}\n`).join('');
    out.write(progress === undefined ? text : REWRITE + text);
  };
  const fit = (text: string) => wrapWords(text, columns());

  return {
    started: (pluginCount) => {
      if (out.isTTY && pluginCount >= MIN_PROGRESS_COUNT) {
        progress = { done: new Set(), total: pluginCount };
      }
    },
    next: (event) => {
      if (isClearing && out.isTTY && event._tag === 'ChangeDetected') out.write(CLEAR);
      const lines = summary.next(event);
      if (verbose === undefined) write(lines);
      else verbose.next(event);
      if (progress === undefined) return;
      if (event._tag === 'Loaded' || event._tag === 'ReloadFailed') {
        progress.done.add(event.plugin);
        out.write(`${REWRITE}loading ${progress.done.size} of ${progress.total}`);
      }
    },
    firstLoadEnded: () => {
      write(summary.firstLoadEnded(Date.now()));
      progress = undefined;
    },
    say: (text) => write(fit(escapeText(text)).map(palette.notice)),
    clear: () => out.write(CLEAR),
    help: () => write([keysText, 'more: hotpipe help, and --verbose for every event'].flatMap(fit)),
    close: () => {
      if (progress !== undefined) out.write(REWRITE);
    },
  };
}
