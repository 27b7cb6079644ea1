import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadCause, ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { Colors } from './colors.js';
import { escapeText } from './escapeText.js';
import { readableMs, sentence } from './phrases.js';

const INDENT = '    ';
const MAX_PATHS = 3;
/** Nothing for a change and its retries: the lines above say what changed, and what failed. */
const WHY_STARTED: Readonly<Record<ReloadCause, string>> = {
  change: '',
  retry: '',
  probe: ', as a probe of the breaker',
  order: ', by order',
  dependency: ', because of a plugin that it needs',
  restart: ', because it has to be started again',
};

/** Formats an event for the person at the terminal: one line, and below a failure its code frame. */
export function describeEvent(event: ReloadEvent, colors: Colors): string {
  const time = colors.faint(new Date(event.atMs).toTimeString().slice(0, 8));
  const plugin = event.plugin === '' ? '' : `${colors.strong(escapeText(event.plugin))} `;
  return `${time} ${plugin}${describeFact(event, colors)}`;
}

function describeFact(event: ReloadEvent, { good, bad, notice, faint }: Colors): string {
  switch (event._tag) {
    case 'Loaded':
      return `${good('serves')} version ${event.version}`;
    case 'ChangeDetected':
      return `changed: ${namePaths(event.paths)}`;
    case 'ReloadStarted':
      return faint(describeStart(event));
    case 'StateSaved':
      return faint(`state saved, ${event.bytes} bytes, sha256 ${event.sha256.slice(0, 8)}`);
    case 'StateRestored':
      return faint(`state restored, ${event.bytes} bytes, sha256 ${event.sha256.slice(0, 8)}`);
    case 'Reloaded':
      return `${good('reloaded')} version ${event.from} → ${event.to} ${faint(nameStages(event.stageMs))}`;
    case 'ReloadFailed':
      return `${bad('failed')}: ${sentence(escapeText(event.error.message))} ${serving(event)}${frameOf(event.error)}`;
    case 'RetryScheduled':
      return notice(`retry ${event.attempt} in ${readableMs(event.delayMs)}`);
    case 'BreakerChanged': {
      const until = event.retryAtMs === null ? '' : `, until ${clock(event.retryAtMs)}`;
      return notice(`breaker ${event.from} → ${event.to}${until}: ${escapeText(event.reason)}`);
    }
    case 'ReloadSkipped':
      return notice(`skipped: ${escapeText(event.reason)}`);
    case 'Superseded':
      return faint('superseded by a newer change');
    case 'Unchanged':
      return faint(
        event.reason === 'alreadyGone'
          ? 'unchanged: it is already unloaded'
          : 'unchanged: the same bytes as the version that serves',
      );
    case 'Removed':
      return notice('removed: its folder is gone, its state is saved');
    case 'RolledBack':
      return notice(`rolled back, ${describeWay(event)}: ${escapeText(event.reason)}`);
    case 'Proven':
      return `version ${event.version} is ${good('proven')}${nameFiles(event)}`;
    case 'StateLost':
      return `${bad('state left behind')}, ${describeWay(event)}: ${escapeText(event.reason)}`;
    case 'Restarted': {
      const why = event.reason === undefined ? '' : `: ${escapeText(event.reason)}`;
      return `${good('restarted')} version ${event.version}${why}`;
    }
    case 'RestartNeeded':
      return `${bad('the host has to be started again')}: ${namePaths(event.paths)} changed. ${escapeText(event.reason)}`;
    case 'WatchFailed':
      return `${bad('watching failed')} (${escapeText(event.code)}): ${escapeText(event.message)}`;
    case 'WatchRecovered':
      return `${good('watching again')}: ${escapeText(event.message)}`;
  }
}

function describeStart({ attempt, cause }: ReloadEvent & { _tag: 'ReloadStarted' }): string {
  const start = attempt === 1 ? 'reloading' : `reloading, attempt ${attempt}`;
  return cause === undefined ? start : start + WHY_STARTED[cause];
}

/** Version 0 is none: nothing served before. */
function describeWay({ from, to }: { readonly from: number; readonly to: number }): string {
  return from === 0 ? `version ${to}` : `version ${from} → ${to}`;
}

function nameFiles({ fingerprint }: { readonly fingerprint?: string }): string {
  return fingerprint === undefined ? '' : `, files ${escapeText(fingerprint.slice(0, 8))}`;
}

function serving({ stillServing, willRetry }: ReloadEvent & { _tag: 'ReloadFailed' }): string {
  const now = stillServing === null ? 'Nothing serves' : `Version ${stillServing} still serves`;
  return `${now}; ${willRetry ? 'it will be retried.' : 'the next save will be tried.'}`;
}

function frameOf(error: ReloadError): string {
  if (!('frame' in error) || typeof error.frame !== 'string' || error.frame === '') return '';
  const lines = escapeText(error.frame, { isFrame: true }).trimEnd().split('\n');
  return `\n${lines.map((line) => `${INDENT}${line}`).join('\n')}`;
}

function namePaths(paths: readonly string[]): string {
  const shown = paths.slice(0, MAX_PATHS).map((path) => escapeText(path));
  const hidden = paths.length - shown.length;
  return hidden > 0 ? `${shown.join(', ')} and ${hidden} more` : shown.join(', ');
}

function nameStages(stageMs: Readonly<Record<string, number>>): string {
  const stages = Object.entries(stageMs);
  const totalMs = stages.reduce((sum, [, ms]) => sum + ms, 0);
  const parts = stages.map(([stage, ms]) => `${stage} ${readableMs(ms)}`);
  return `in ${readableMs(totalMs)} (${parts.join(', ')})`;
}

function clock(atMs: number): string {
  return new Date(atMs).toTimeString().slice(0, 8);
}
