import type { SeededRandom } from '../../../policies/SeededRandom.js';
import type { WhenBusy } from '../../../runtime/environment/RuntimeOptions.js';

/** How the pipeline of one run is configured. The seed draws it; the checks of the invariants rely on it. */
export interface Setup {
  /** Names of the plugins, which are also the names of their folders. */
  readonly plugins: readonly string[];
  /** Shortest debounce window, in milliseconds. */
  readonly minMs: number;
  /** Longest debounce window, in milliseconds. */
  readonly maxMs: number;
  /** Longest time that an event may wait for its change, in milliseconds. */
  readonly maxWaitMs: number;
  /** Whether the first event of a burst passes at once. */
  readonly isLeading: boolean;
  /** Delay before the first retry, in milliseconds. */
  readonly initialMs: number;
  /** Longest delay before a retry, in milliseconds. */
  readonly maxDelayMs: number;
  /** Retries per failed reload. */
  readonly maxRetries: number;
  /** How early a retry may come: `none` only after its full delay, `equal` after half of it, `full` at once. */
  readonly jitter: 'none' | 'full' | 'equal';
  /** Failures in a row at which a plugin's breaker opens. */
  readonly failureCount: number;
  /** How long a breaker stays open before it probes, in milliseconds. */
  readonly openForMs: number;
  /** Deadline of one reload, in milliseconds. */
  readonly reloadTimeoutMs: number;
  /** Reloads of different plugins at the same time; `Infinity` is no limit. */
  readonly concurrency: number;
  /** Whether code that failed in the same words twice is tried again all the same. */
  readonly retryUnchanged: boolean;
  /** How long after a probe a new change may have the next one, in milliseconds. */
  readonly probeGapMs: number;
  /** What may probe while a breaker is open: only its timer, or also a new change. */
  readonly probeOn: 'timer' | 'change';
  /** Pause between two full scans of the source, in milliseconds. */
  readonly reconcileMs: number;
  /** How many files the source looks at before it is ready; it knows the others by name, and looks at them later, as in a large tree. */
  readonly firstLookCount: number;
  /** What a reload does about calls that do not end within `QUIESCE_MS`. */
  readonly whenBusy: WhenBusy;
  /** How long a new version is on probation, in milliseconds; 0: it is trusted at once. */
  readonly probationMs: number;
  /** Failures in a row at which a version fails its probation. */
  readonly probationFailureCount: number;
  /** Earlier versions that are kept per plugin. */
  readonly keepVersions: number;
  /** How long a version serves until it has proven itself, in milliseconds; 0: no host keeps a list of versions on trial. */
  readonly confirmAfterMs: number;
  /** Whether each call is made in an async context of its own, and the plugins look at theirs. Node 20 is slower then. */
  readonly hasContexts: boolean;
  /** Whether plugins run in workers: every other one at the start, and those whose program says so. */
  readonly hasWorkers: boolean;
  /** Whether a worker is kept ready. */
  readonly spare: 'warm' | 'none';
}

/** Name of the fault that lets plugins run in workers, and threads die, hang and be late. */
export const WORKERS = 'workers';
/** The directory that holds the plugins' folders. */
export const ROOT = '/plugins';
/** The directory of the state store. */
export const STATE_DIR = '/state';
/** How long a swap waits for calls that are under way, in milliseconds. */
export const QUIESCE_MS = 120;
/** How long the state of a version may take to be given and saved, in milliseconds. */
export const SAVE_MS = 100;
/** How long a version that was replaced has to end, in milliseconds. */
export const DISPOSE_MS = 100;
/** A thread that shows no sign of life for so long is ended, in milliseconds. */
export const HEARTBEAT_MS = 1_000;
/** Limits of the stages that the pipeline's own deadline does not end. */
export const LIMITS_MS = { quiesce: QUIESCE_MS, dispose: DISPOSE_MS, save: SAVE_MS };
/** The directory of the store that has the versions on trial. */
export const VERSIONS_DIR = '/versions';
/** Records that the store keeps per plugin. */
export const GENERATIONS_COUNT = 3;

/** Draws a setup. The order of the draws is part of every recorded seed: add new draws at the end. */
export function drawSetup(random: SeededRandom, pluginCount: number): Setup {
  const plugins = Array.from({ length: pluginCount }, (_, at) => `p${at}`);
  const minMs = random.pick(0, 5, 20);
  const maxMs = random.pick(40, 120);
  const setup: Omit<Setup, NotDrawn> = {
    plugins,
    minMs,
    maxMs,
    maxWaitMs: random.pick(150, 400),
    isLeading: random.isLucky(0.2),
    initialMs: random.pick(20, 100),
    maxDelayMs: random.pick(150, 600),
    maxRetries: random.pick(1, 2, 4, 6),
    jitter: random.pick('none', 'full', 'equal'),
    failureCount: random.pick(2, 3),
    openForMs: random.pick(150, 900),
    reloadTimeoutMs: random.pick(200, 350),
    concurrency: random.pick(1, 2, Infinity),
    retryUnchanged: random.isLucky(0.7),
    probeOn: random.pick('timer', 'change'),
    reconcileMs: random.pick(300, 700),
    whenBusy: random.pick('refuse', 'refuse', 'abandon', 'abort'),
    probationMs: random.pick(0, 0, 150, 400),
    probationFailureCount: random.pick(2, 3),
    keepVersions: random.pick(1, 2, 3),
    confirmAfterMs: random.pick(0, 0, 100, 400),
    hasContexts: random.isLucky(0.2),
  };
  return {
    ...setup,
    // Short enough that a gap ends within the open time.
    probeGapMs: setup.openForMs / 3,
    // A third each: no file, some, all. It goes by a number that has nothing to do with the source.
    firstLookCount: [0, 3, Infinity][setup.keepVersions - 1] ?? Infinity,
    hasWorkers: false,
    spare: 'none',
  };
}

/** What goes by other draws, so that recorded seeds keep theirs. */
type NotDrawn = 'probeGapMs' | 'firstLookCount' | 'hasWorkers' | 'spare';

/**
 * Invariant 8: this long after the last change and the last fault, in milliseconds, the newest content serves or a
 * failure names it.
 */
export function quietBoundMs(setup: Setup): number {
  const attempts = setup.maxRetries + 2;
  const perAttemptMs = setup.reloadTimeoutMs + setup.maxDelayMs + setup.openForMs;
  // With `concurrency: 1`, each plugin may have to wait for all others.
  const reloadsMs = 2 * attempts * perAttemptMs * setup.plugins.length;
  return 2 * setup.reconcileMs + 2_000 + setup.maxWaitMs + reloadsMs;
}
