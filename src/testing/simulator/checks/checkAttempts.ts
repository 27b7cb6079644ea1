import type { ReloadEvent } from '../../../model/reload/ReloadEvent.js';
import { exponential } from '../../../policies/backoff/exponential.js';
import type { RunObserver } from '../observe/RunObserver.js';
import { DISPOSE_MS, SAVE_MS } from '../setup/Setup.js';
import { type Attempts, beginWait, endWait, noAttempts, workedMs } from './Attempts.js';
import type { CheckContext } from './shared/CheckContext.js';

/**
 * What an attempt may take from COMMIT to its end, in milliseconds: the calls that go on in the old version, its end, and the save of the
 * state that came along.
 */
const AFTER_COMMIT_MS = 2 * DISPOSE_MS + SAVE_MS;
/** What the thread of a worker may take longer, in milliseconds: it has 250 ms to end what it owns in a hurry. */
const HURRY_MS = 260;

/** The least part of the curve's delay that a retry waits, by jitter. */
const LEAST_RATIO = { none: 1, equal: 0.5, full: 0 } as const;

export interface AttemptsCheck extends RunObserver {
  /** Whether an attempt is under way, or ended at this very moment. */
  isUnderWay(this: void, plugin: string): boolean;
  /** Whether no plugin has an attempt under way. */
  isIdle(): boolean;
}

/**
 * Invariants of the attempts to reload a plugin.
 *
 * - 1: one reload per plugin at a time, and no more than `concurrency` in all
 * - 2: a failed reload leaves the version that served
 * - 4: a newer change cancels the retries of an older one
 * - 10: each attempt ends by its deadline, which counts its own work, and no wait for other plugins
 * - 12: each retry waits as long as the backoff curve says
 */
export function checkAttempts(context: CheckContext): AttemptsCheck {
  const { setup, report, nowMs, servingOf } = context;
  const byPlugin = new Map<string, Attempts>();
  /** When the last attempt of each plugin ended. */
  const lastEndMs = new Map<string, number>();
  /** Plugins that a person is rolling back. */
  const rollingBack = new Set<string>();
  const curve = exponential({ initialMs: setup.initialMs, maxMs: setup.maxDelayMs });
  let underWayCount = 0;

  const attemptsOf = (plugin: string): Attempts => {
    const known = byPlugin.get(plugin);
    if (known !== undefined) return known;
    const attempts = noAttempts();
    byPlugin.set(plugin, attempts);
    return attempts;
  };
  const forget = () => {
    byPlugin.clear();
    rollingBack.clear();
    underWayCount = 0;
  };

  const onChange = (attempts: Attempts) => {
    const { delay } = attempts;
    // An attempt whose delay is over, but which waits for its turn under `concurrency`, will read the newest bytes.
    if (delay !== undefined && nowMs() < delay.sinceMs + delay.delayMs) {
      attempts.hasNewerChange = true;
      attempts.mustDropAtMs = nowMs();
    }
    attempts.hasNewerChange ||= attempts.startedAtMs !== undefined;
  };
  const onStart = (plugin: string, attempts: Attempts, attempt: number) => {
    const { delay } = attempts;
    if (attempts.startedAtMs !== undefined) {
      report.violated(1, `${plugin}: a reload started while another one was under way`);
    }
    if (attempt > 1) {
      report.count('retry');
      if (attempts.hasNewerChange) {
        report.violated(
          4,
          `${plugin}: attempt ${attempt} was made for a change that a newer one had replaced`,
        );
      }
    }
    // 1 ms of tolerance for rounding.
    if (delay !== undefined && attempt > 1 && nowMs() < delay.sinceMs + delay.delayMs - 1) {
      report.violated(
        12,
        `${plugin}: attempt ${attempt} started before its delay of ${delay.delayMs} ms was over`,
      );
    }
    underWayCount += 1;
    if (underWayCount > setup.concurrency) {
      report.violated(
        1,
        `${underWayCount} reloads ran at a time, at most ${setup.concurrency} may`,
      );
    }
    attempts.startedAtMs = nowMs();
    attempts.waitedMs = 0;
    attempts.waitingSinceMs = nowMs();
    attempts.isTried = true;
    attempts.servedVersion = rollingBack.has(plugin) ? undefined : servingOf(plugin);
    attempts.hasNewerChange = false;
    attempts.delay = undefined;
  };
  const onEnd = (plugin: string, attempts: Attempts, isLast = true) => {
    if (isLast) attempts.isTried = false;
    if (attempts.startedAtMs === undefined) return;
    attempts.startedAtMs = undefined;
    underWayCount -= 1;
    lastEndMs.set(plugin, nowMs());
  };
  const onFailure = (
    plugin: string,
    attempts: Attempts,
    { error, willRetry }: Extract<ReloadEvent, { readonly _tag: 'ReloadFailed' }>,
  ) => {
    attempts.willRetry = willRetry;
    if (error._tag === 'TimedOut') report.count('timed out');
    if (attempts.startedAtMs !== undefined && attempts.servedVersion !== undefined) {
      const version = servingOf(plugin);
      if (version !== attempts.servedVersion) {
        report.violated(
          2,
          `${plugin}: after a failed reload (${error._tag}) version ${version} serves instead of ${attempts.servedVersion}`,
        );
      }
    }
    attempts.mustDropAtMs = undefined;
    onEnd(plugin, attempts, !willRetry);
  };
  const onRetryScheduled = (
    plugin: string,
    attempts: Attempts,
    { attempt, delayMs, why }: Extract<ReloadEvent, { readonly _tag: 'RetryScheduled' }>,
  ) => {
    const isBreakerWait = !attempts.willRetry;
    if (isBreakerWait === (why === 'backoff')) {
      report.violated(12, `${plugin}: retry ${attempt} says ${why}, which it does not wait for`);
    }
    // The breaker has not seen this change: it waits for the gap between two probes at most.
    const isNews = setup.probeOn === 'change' && !attempts.isTried;
    const refusedMs = isNews ? Math.min(setup.probeGapMs, setup.openForMs) : setup.openForMs;
    const fullMs = isBreakerWait ? refusedMs : curve(attempt);
    const leastMs = isBreakerWait ? 0 : fullMs * LEAST_RATIO[setup.jitter];
    report.count(`waits for ${why ?? 'no reason'}`);
    if (delayMs < leastMs || delayMs > fullMs + 1) {
      report.violated(
        12,
        `${plugin}: retry ${attempt} waits ${delayMs} ms, it should wait ${leastMs} to ${fullMs} ms`,
      );
    }
    attempts.delay = { sinceMs: nowMs(), delayMs };
    attempts.willRetry = false;
  };

  return {
    pipelineSubscribed: forget,
    hostEnding: forget,
    eventEmitted: (event) => {
      const { plugin } = event;
      if (plugin === '') return;
      const attempts = attemptsOf(plugin);
      switch (event._tag) {
        case 'ChangeDetected':
          onChange(attempts);
          break;
        case 'ReloadStarted':
          onStart(plugin, attempts, event.attempt);
          break;
        case 'ReloadFailed':
          onFailure(plugin, attempts, event);
          break;
        case 'Loaded':
        case 'Reloaded':
        case 'Unchanged':
        case 'Removed':
          onEnd(plugin, attempts);
          break;
        case 'Superseded':
          if (attempts.mustDropAtMs !== undefined) report.count('wait cut short');
          attempts.mustDropAtMs = undefined;
          attempts.delay = undefined;
          attempts.isTried &&= attempts.startedAtMs !== undefined;
          break;
        case 'RolledBack':
          attempts.servedVersion = undefined;
          break;
        case 'RetryScheduled':
          onRetryScheduled(plugin, attempts, event);
          break;
        default:
      }
    },
    reloadEntered: (plugin) => {
      const attempts = attemptsOf(plugin);
      attempts.inTargetCount += 1;
      if (attempts.inTargetCount > 1) {
        report.violated(1, `${plugin}: two reloads run in the runtime at once`);
      }
    },
    reloadLeft: (plugin) => {
      attemptsOf(plugin).inTargetCount -= 1;
    },
    waitBegan: (plugin) => beginWait(attemptsOf(plugin), nowMs()),
    waitEnded: (plugin) => {
      endWait(attemptsOf(plugin), nowMs());
      report.count('wait for another plugin');
    },
    // A person's rollback changes the version that serves, even while a reload is under way.
    rollbackStarted: (plugin) => {
      attemptsOf(plugin).servedVersion = undefined;
      rollingBack.add(plugin);
    },
    rollbackEnded: (plugin) => {
      attemptsOf(plugin).servedVersion = undefined;
      rollingBack.delete(plugin);
    },
    stepEnded: () => {
      for (const [plugin, attempts] of byPlugin) {
        if (attempts.startedAtMs !== undefined) {
          const ageMs = workedMs(attempts, nowMs());
          const mayServe = attempts.servedVersion !== servingOf(plugin);
          const afterMs = AFTER_COMMIT_MS + (setup.hasWorkers ? HURRY_MS : 0);
          const limitMs = setup.reloadTimeoutMs + (mayServe ? afterMs : 0);
          if (mayServe && ageMs > setup.reloadTimeoutMs)
            report.count('ended after its deadline, live');
          if (ageMs > limitMs) {
            report.violated(
              10,
              `${plugin}: a reload is under way for ${ageMs} ms, its deadline is ${limitMs} ms`,
            );
            attempts.startedAtMs = undefined;
            underWayCount -= 1;
          }
        }
        if (attempts.mustDropAtMs !== undefined && nowMs() > attempts.mustDropAtMs) {
          report.violated(4, `${plugin}: a newer change did not end the wait for a retry`);
          attempts.mustDropAtMs = undefined;
        }
      }
    },
    isUnderWay: (plugin) =>
      byPlugin.get(plugin)?.startedAtMs !== undefined || lastEndMs.get(plugin) === nowMs(),
    isIdle: () => [...byPlugin.values()].every(({ startedAtMs }) => startedAtMs === undefined),
  };
}
