import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Subscription } from 'rxjs';
import type { WatchError, WatchEvent } from '../../../src/model/events/WatchEvent.js';
import { type WatchOptions, watch } from '../../../src/sources/index.js';

/** The longest that a test waits for anything, in milliseconds. */
const boundMs = 15_000;

/** Nothing has come for this long: twice what a file with a temporary name may be held back. */
const QUIET_MS = 100;

/** A watched folder, with its events and errors. */
export interface WatchedFolder {
  readonly dir: string;
  readonly path: (name: string) => string;
  readonly write: (name: string, content?: string) => void;
  readonly events: WatchEvent[];
  readonly errors: WatchError[];
  readonly recovered: WatchError[];
  readonly subscription: Subscription;
  /** Events in short: `Created a.ts`, `Renamed a.ts > b.ts`, a directory with a `/` at its end. */
  readonly reported: () => string[];
  /** Waits until `isDone`. Throws an error that names `what` when that takes too long. */
  readonly until: (isDone: () => boolean, what: string) => Promise<void>;
  /** Waits until there was no event for so long. */
  readonly quiet: (ms: number) => Promise<void>;
  /** Waits until everything done before has been reported. Returns it, and forgets it. */
  readonly settled: () => Promise<string[]>;
}

export interface WatchedFolderOptions extends WatchOptions {
  /** Files of the folder before it is watched: path → content; `null`: a directory. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** Paths in the folder to watch. Default: the folder itself. */
  readonly paths?: readonly string[];
  /** The directory in which the folder is created. Default: the system's temporary directory. */
  readonly under?: string;
}

/** Watches a new folder, runs `body`, and removes it. */
export async function withWatched(
  { files = {}, paths = ['.'], under = tmpdir(), ...options }: WatchedFolderOptions,
  body: (watched: WatchedFolder) => Promise<void> | void,
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

  const reported = () =>
    events.filter(({ path }) => !path.includes('sentinel')).map((e) => short(e, dir));
  const until = async (isDone: () => boolean, what: string) => {
    for (const endMs = Date.now() + boundMs; !isDone(); await delay(2)) {
      if (Date.now() < endMs) continue;
      throw new Error(
        `not within ${boundMs} ms: ${what}; events so far: ${JSON.stringify(reported().slice(0, 10))}`,
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
    // Its event says that the source works; what takes the backend longer, such as new directories, has come when it is quiet.
    const name = `sentinel-${sentinelCount++}.tmp.ts`;
    mkdirSync(dir, { recursive: true });
    writeFileSync(path(name), name);
    await until(() => events.some((event) => event.path === path(name)), `an event of ${name}`);
    await quiet(QUIET_MS);
    const result = reported();
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
      reported,
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
