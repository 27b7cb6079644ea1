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

/**
 * Records what one version opens while it loads and starts: its servers, timers, connections and the like. What its calls open later is not
 * recorded: to record costs time, and what is opened once, at the start, is what a reload must close.
 */
export class OpenHandles {
  readonly #opened: LeftOpen[] = [];

  constructor(readonly owner: HandleOwner) {}

  /** Runs work of the version, and records what is opened until it has ended. */
  async during<A>(work: () => A): Promise<Awaited<A>> {
    const end = watchHandles((handle) => {
      const place = placeIn(handle.stack, this.owner);
      if (place !== undefined) {
        this.#opened.push({ what: `${handle.kind} opened at ${place}`, handle });
      }
    });
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** What is still open, after the version has ended. Undefined when nothing is. */
  async leftOpen(): Promise<HandlesLeftOpen | undefined> {
    // What was closed in this turn may say so in the next one.
    await nextTurn();
    const handles = this.#opened.filter(({ handle }) => handle.isOpen()).map(({ what }) => what);
    if (handles.length === 0) return undefined;
    const { plugin, version } = this.owner;
    const message = `Version ${version} of ${plugin} has ended and left open: ${handles.join('; ')}. Close it in stop(), or give it to ctx.own(): each reload opens one more.`;
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
