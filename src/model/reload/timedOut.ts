import type { TimedOut } from './ReloadError.js';
import { howToLetGo } from './howToLetGo.js';
import type { Stage } from '../../runtime/protocol/Stage.js';

const WHAT: Readonly<Partial<Record<Stage, string>>> = {
  compile: 'its files could not be read and compiled',
  load: 'its modules did not finish loading; look for an await at the top level that never ends',
  quiesce:
    'calls that were under way did not end; let them end sooner, or listen to an AbortSignal',
  save: 'its state could not be saved',
  migrate: 'migrate() did not return',
  restore: 'restoreState() did not return',
  start: 'init() or start() did not return',
  health: 'health() did not answer',
  dispose: 'stop(), or the end of what was given to ctx.own, did not return',
};

export function timedOut(plugin: string, phase: Stage, limitMs: number, by?: 'plugin'): TimedOut {
  if (by !== undefined) {
    const message = `${plugin}: saveState() did not return within ${limitMs} ms. ${howToLetGo}`;
    return { _tag: 'TimedOut', plugin, phase, limitMs, by, message };
  }
  const what = WHAT[phase] ?? `${phase} did not end`;
  const message = `${plugin}: ${what} within ${limitMs} ms.`;
  return { _tag: 'TimedOut', plugin, phase, limitMs, message };
}
