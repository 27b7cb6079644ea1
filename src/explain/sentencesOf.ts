import type { ReloadError } from '../model/reload/ReloadError.js';
import type { ReloadCause, ReloadEvent, WindowEnd } from '../model/reload/ReloadEvent.js';
import { readableMs as ms, sentence } from '../sinks/terminal/phrases.js';

type EventOf<Tag extends ReloadEvent['_tag']> = Extract<ReloadEvent, { readonly _tag: Tag }>;

const MAX_PATHS = 3;
/** A save that comes at most this long after a window had closed would have been part of it, had it come a little earlier. */
export const JUST_MISSED_MS = 250;

const WHY_CLOSED: Readonly<Record<WindowEnd, string>> = {
  quiet: 'nothing else came',
  leading: 'it was the first save of a burst, which does not wait',
  maxWait: 'its first event had waited for the longest time that is allowed (maxWaitMs)',
  maxCount: 'it held as many events as are allowed (maxCount)',
  flush: 'somebody asked for it, or the source ended',
};

const WHY_STARTED: Readonly<Record<ReloadCause, string>> = {
  change: '',
  retry: ', because the attempt before had failed',
  probe: ', as the probe of an open breaker',
  order: ', because it was ordered',
  dependency: ', because a plugin that it needs changed or came to serve',
  restart: ', because the version that served had died',
};

/** What can be done about an error, beside what its message says. */
const ADVICE: Readonly<Record<string, string>> = {
  VersionSuspect:
    'The host had ended while this version was on trial, so it does not run again until one of its files changes.',
  ProbationFailed:
    'It had been rolled back, so the same files are not tried again until one of them changes.',
  CapabilitiesNotApproved:
    'Approve them with approveCapabilities, or take them out of the manifest.',
  CircuitOpen: 'Its breaker was open: too many attempts had failed.',
  Aborted: 'Somebody had aborted it, or the host was closing.',
};

/** What an event of a story says, as sentences. Most say one, some nothing that a reader asks for. */
export function sentencesOf(event: ReloadEvent): readonly string[] {
  switch (event._tag) {
    case 'ChangeDetected':
      return ofChange(event);
    case 'ReloadStarted':
      return ofStart(event);
    case 'ReloadFailed':
      return ofFailure(event);
    case 'RetryScheduled':
      return [`It waits ${ms(event.delayMs)} for ${whatFor(event)}.`];
    case 'BreakerChanged':
      return ofBreaker(event);
    case 'Loaded':
      return [`Version ${event.version} serves.`];
    case 'Reloaded':
      return [`Version ${event.to} serves in place of ${event.from}${stages(event)}.`];
    case 'Unchanged':
      return [
        event.reason === 'alreadyGone'
          ? 'Nothing was to be done: it was unloaded already.'
          : 'Nothing was loaded: its files are, byte for byte, those of the version that serves, or of one that was taken back.',
      ];
    case 'Superseded':
      return [
        event.by === undefined
          ? 'A newer change took its place before it was reloaded.'
          : `Change ${event.by} took its place before it was reloaded; the reload of change ${event.by} has it too.`,
      ];
    case 'Removed':
      return ['Its folder is gone, so it was unloaded.'];
    case 'RolledBack':
      return [
        event.from === 0
          ? `Version ${event.to} serves: a newer one had been taken back before the start. ${sentence(event.reason)}`
          : `Version ${event.from} was rolled back, and version ${event.to} serves. ${sentence(event.reason)}`,
        'The files that were taken back are not tried again until one of them changes.',
      ];
    case 'Restarted':
      return [
        `Version ${event.version} was started again from the code that it had.`,
        ...(event.reason === undefined ? [] : [sentence(event.reason)]),
      ];
    case 'StateLost':
      return [`State stayed behind. ${sentence(event.reason)}`];
    case 'Proven':
      return [`Version ${event.version} is trusted from now on.`];
    case 'RestartNeeded':
      return [
        `${paths(event.paths)} changed, which no reload takes over. ${sentence(event.reason)}`,
      ];
    case 'ReloadSkipped':
      return [sentence(event.reason)];
    case 'WatchFailed':
    case 'WatchRecovered':
      return [sentence(event.message)];
    case 'StateSaved':
    case 'StateRestored':
      return [];
  }
}

function ofChange(event: EventOf<'ChangeDetected'>): readonly string[] {
  const { count = 1, firstAtMs, lastAtMs, windowMs, closedBy, afterFlushMs, change } = event;
  const number = change === undefined ? '' : ` (change ${change})`;
  const said = [`${paths(event.paths)} changed${number}.`];
  if (count > 1) {
    const within =
      firstAtMs === undefined || lastAtMs === undefined
        ? ''
        : ` that came within ${ms(lastAtMs - firstAtMs)}`;
    said.push(`${count} events${within} were folded into this one change.`);
  }
  if (closedBy !== undefined) {
    said.push(`Its window of ${ms(windowMs)} closed because ${WHY_CLOSED[closedBy]}.`);
  }
  if (afterFlushMs !== undefined && afterFlushMs <= JUST_MISSED_MS) {
    said.push(
      `Its first event just missed the window before, which had closed ${ms(afterFlushMs)} earlier: that is why it is a change of its own.`,
    );
  }
  return said;
}

function ofStart({ attempt, cause, queuedMs = 0 }: EventOf<'ReloadStarted'>): readonly string[] {
  const why = cause === undefined ? '' : WHY_STARTED[cause];
  const queue =
    queuedMs > 0 ? ` It had waited ${ms(queuedMs)} for its turn (option concurrency).` : '';
  if (queue === '' && why === '' && attempt === 1) return [];
  return [`Attempt ${attempt} began${why}.${queue}`];
}

function ofFailure({ error, stillServing, willRetry }: EventOf<'ReloadFailed'>): readonly string[] {
  const now = stillServing === null ? 'No version serves' : `Version ${stillServing} still serves`;
  const next = willRetry ? 'it will be tried again' : 'the next save will be tried';
  const advice = adviceOn(error);
  return [
    `It failed with ${error._tag}: ${sentence(error.message)}`,
    ...(advice === undefined ? [] : [advice]),
    `${now}; ${next}.`,
  ];
}

function adviceOn(error: ReloadError): string | undefined {
  if (error._tag === 'ManifestInvalid' && 'awaits' in error) {
    return `It waits for ${String(error.awaits)}, and is tried as soon as that one serves.`;
  }
  if (error._tag === 'TimedOut' && 'phase' in error && error.phase === 'quiesce') {
    return 'Calls were under way, and the new version does not take over before they end.';
  }
  return ADVICE[error._tag];
}

function whatFor({ why }: EventOf<'RetryScheduled'>): string {
  if (why === 'circuitOpen') return 'its breaker, which admits no attempt before';
  if (why === 'probeGap') return 'the next probe of its open breaker';
  return 'the next attempt (backoff)';
}

function ofBreaker({ to, reason, retryAtMs, atMs }: EventOf<'BreakerChanged'>): readonly string[] {
  if (to === 'closed') return [`Its breaker closed. ${sentence(reason)}`];
  if (to === 'half-open') return ['Its breaker lets one attempt pass as a probe.'];
  const until =
    retryAtMs === null
      ? 'until somebody resets it'
      : `for ${ms(retryAtMs - atMs)}, until ${new Date(retryAtMs).toISOString()}`;
  return [`Its breaker opened ${until}. ${sentence(reason)}`];
}

function stages({ stageMs }: EventOf<'Reloaded'>): string {
  const all = Object.values(stageMs);
  return all.length === 0 ? '' : `, after ${ms(all.reduce((sum, each) => sum + each, 0))} of work`;
}

function paths(all: readonly string[]): string {
  if (all.length === 0) return 'Something';
  const shown = all.slice(0, MAX_PATHS).join(', ');
  return all.length > MAX_PATHS ? `${shown} and ${all.length - MAX_PATHS} more` : shown;
}
