import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Subscription } from 'rxjs';
import type { WatchError, WatchEvent } from '../../../src/model/events/WatchEvent.js';
import { watch, type WatchOptions } from '../../../src/sources/index.js';

/** The longest that a test waits for anything, in milliseconds. */
const boundMs = 15_000;

/** A watched folder, with what was said about it. */
export interface Watched {
  readonly dir: string;
  readonly path: (name: string) => string;
  readonly write: (name: string, content?: string) => void;
  readonly events: WatchEvent[];
  readonly errors: WatchError[];
  readonly recovered: WatchError[];
  readonly subscription: Subscription;
  /** Events in short: `Created a.ts`, `Renamed a.ts > b.ts`, a directory with a `/` at its end. */
  readonly said: () => string[];
  /** Waits until `isDone`, and says what was there when it is not in time. */
  readonly until: (isDone: () => boolean, what: string) => Promise<void>;
  /** Waits until nothing was said for so long. */
  readonly quiet: (ms: number) => Promise<void>;
  /** Waits until everything that was done before has been reported, and forgets what was. */
  readonly settled: () => Promise<string[]>;
}

export interface WatchedOptions extends WatchOptions {
  /** What is in the folder before it is watched: path → content, `null` for a directory. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** What to watch in it. Default: the folder. */
  readonly paths?: readonly string[];
  /** Where the folder is made. Default: the system's temporary one. */
  readonly under?: string;
}

/** Watches a new folder, runs `body`, and removes it. */
export async function withWatched(
  { files = {}, paths = ['.'], under = tmpdir(), ...options }: WatchedOptions,
  body: (watched: Watched) => Promise<void> | void,
): Promise<void> {
  const dir = realpathSync(mkdtempSync(join(under, 'hotpipe-source-')));
  const path = (name: string) => join(dir, name);
  const write = (name: string, content = name) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), content);
  };
  for (const [name, content] of Object.entries(files)) {
    if (content === null) mkdirSync(path(name), { recursive: true });
    else write(name, content);
  }

  const events: WatchEvent[] = [];
  const errors: WatchError[] = [];
  const recovered: WatchError[] = [];
  let readyCount = 0;
  const subscription = watch(paths.map(path), {
    ...options,
    onReady: () => void (readyCount += 1),
    onError: (error) => errors.push(error),
    onRecovered: (error) => recovered.push(error),
  }).subscribe((event) => events.push(event));

  const said = () =>
    events.filter(({ path }) => !path.includes('sentinel')).map((e) => short(e, dir));
  const until = async (isDone: () => boolean, what: string) => {
    for (const endMs = Date.now() + boundMs; !isDone(); await delay(2)) {
      if (Date.now() < endMs) continue;
      throw new Error(
        `not within ${boundMs} ms: ${what}; said so far: ${JSON.stringify(said().slice(0, 10))}`,
      );
    }
  };
  const quiet = async (ms: number) => {
    let count = events.length;
    for (let sinceMs = Date.now(); Date.now() - sinceMs < ms; await delay(5)) {
      if (count === events.length) continue;
      count = events.length;
      sinceMs = Date.now();
    }
  };
  let sentinelCount = 0;
  const settled = async () => {
    // A name that looks temporary is held back longest, so that nothing can come after it.
    const name = `sentinel-${sentinelCount++}.tmp.ts`;
    mkdirSync(dir, { recursive: true });
    writeFileSync(path(name), name);
    await until(() => events.some((event) => event.path === path(name)), `an event of ${name}`);
    const result = said();
    events.length = 0;
    return result;
  };

  try {
    await until(() => readyCount > 0, 'onReady');
    await body({
      dir,
      path,
      write,
      events,
      errors,
      recovered,
      subscription,
      said,
      until,
      quiet,
      settled,
    });
    if (readyCount !== 1) throw new Error(`onReady was called ${readyCount} times`);
  } finally {
    subscription.unsubscribe();
    rmSync(dir, { recursive: true, force: true });
  }
}

function short(event: WatchEvent, dir: string): string {
  const name = (path: string) => relative(dir, path) + (event.kind === 'directory' ? '/' : '');
  return event._tag === 'Renamed'
    ? `Renamed ${name(event.from)} > ${name(event.to)}`
    : `${event._tag} ${name(event.path)}`;
}
