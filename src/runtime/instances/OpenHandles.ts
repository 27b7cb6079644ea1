import { displayPath } from '../../modules/places/sourcePlace.js';
import { nextTurn } from '../adapters/eventLoop.js';
import { type OpenedHandle, watchHandles } from '../adapters/openedHandles.js';

/** What a version has left open at its end. */
export interface HandlesLeftOpen {
  readonly plugin: string;
  readonly version: number;
  /** Each with the place that opened it, such as `server opened at web/index.ts:5:10`. */
  readonly handles: readonly string[];
  /** All of this as one sentence for the person at the terminal. */
  readonly message: string;
}

/** A version of a plugin, as its handles are told apart by it. */
export interface HandleOwner {
  readonly plugin: string;
  readonly version: number;
  readonly root: string;
  /** Whether a path is one of its modules. */
  readonly includes: (path: string) => boolean;
}

interface LeftOpen {
  readonly what: string;
  readonly handle: OpenedHandle;
}

/** What is noted before it is looked at what of it is closed by now: calls may open and close without end. */
const MAX_NOTED_COUNT = 1_000;

/**
 * Records what one version opens while it loads, starts and is called: its servers, timers, connections and the like. What its own timers
 * and listeners open in between is not recorded: to record costs time, and nobody says whose turn of the loop it is.
 */
export class OpenHandles {
  #opened: LeftOpen[] = [];
  #lookAfterCount = MAX_NOTED_COUNT;

  constructor(readonly owner: HandleOwner) {}

  /** Runs work of the version, and records what is opened until it has ended; a promise ends when it is settled. */
  during<A>(work: () => A): A {
    const end = watchHandles((handle) => this.#note(handle));
    let result: A;
    try {
      result = work();
    } catch (error) {
      end();
      throw error;
    }
    // A rejection is for the caller: here, both are an end.
    if (result instanceof Promise) result.then(end, end);
    else end();
    return result;
  }

  #note(handle: OpenedHandle): void {
    const place = placeIn(handle.stack, this.owner);
    if (place === undefined) return;
    this.#opened.push({ what: `${handle.kind} opened at ${place}`, handle });
    if (this.#opened.length < this.#lookAfterCount) return;
    this.#opened = this.#opened.filter(({ handle: noted }) => noted.isOpen());
    this.#lookAfterCount = Math.max(MAX_NOTED_COUNT, 2 * this.#opened.length);
  }

  /** What is still open, after the version has ended. Undefined when nothing is. */
  async leftOpen(): Promise<HandlesLeftOpen | undefined> {
    // What was closed in this turn may say so in the next one.
    await nextTurn();
    const counts = new Map<string, number>();
    for (const { what, handle } of this.#opened) {
      if (handle.isOpen()) counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    const handles = [...counts].map(([what, count]) =>
      count === 1 ? what : `${what} (${count} times)`,
    );
    if (handles.length === 0) return undefined;
    const { plugin, version } = this.owner;
    const message = `Version ${version} of ${plugin} has ended and left open: ${handles.join('; ')}. Close it in stop(), or give it to ctx.own(): otherwise it stays with each reload.`;
    return { plugin, version, handles, message };
  }
}

/** The innermost place of a stack that is in the version's modules; undefined when somebody else opened the handle. */
function placeIn(stack: string, { root, includes }: HandleOwner): string | undefined {
  for (const [, path = '', line = '', column = ''] of stack.matchAll(
    /^\s+at (?:.*\()?(.*?):(\d+):(\d+)\)?$/gm,
  )) {
    const file = path.replace(/^async /, '');
    if (includes(file)) return `${displayPath(root, file)}:${line}:${column}`;
  }
  return undefined;
}
