import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { Colors } from './colors.js';
import { escapeText } from './escapeText.js';

const INDENT = '    ';
const MAX_PATHS = 3;

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
      return faint(event.attempt === 1 ? 'reloading' : `reloading, attempt ${event.attempt}`);
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
      return faint('unchanged: the same bytes as the version that serves');
    case 'Removed':
      return notice('removed: its folder is gone, its state is saved');
    case 'RolledBack':
      return notice(
        `rolled back, version ${event.from} → ${event.to}: ${escapeText(event.reason)}`,
      );
    case 'StateLost': {
      const way = event.from === 0 ? `version ${event.to}` : `version ${event.from} → ${event.to}`;
      return `${bad('state left behind')}, ${way}: ${escapeText(event.reason)}`;
    }
    case 'Restarted':
      return `${good('restarted')} version ${event.version}`;
    case 'WatchFailed':
      return `${bad('watching failed')} (${escapeText(event.code)}): ${escapeText(event.message)}`;
    case 'WatchRecovered':
      return `${good('watching again')}: ${escapeText(event.message)}`;
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
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

function readableMs(ms: number): string {
  return ms >= 1_000 ? `${(ms / 1_000).toFixed(1)} s` : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}

function clock(atMs: number): string {
  return new Date(atMs).toTimeString().slice(0, 8);
}
