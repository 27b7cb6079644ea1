import { concatMap, EMPTY, from, type Observable, of } from 'rxjs';
import { type FleetEvent, fleetChanges } from '../../fleet/control/fleetChanges.js';
import type { OpenEngine } from '../../fleet/control/openInBackground.js';
import type { Desired } from '../../fleet/protocol/Desired.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import type { FleetCommand } from '../arguments/parseFleet.js';
import type { FleetExit, FleetIo } from './FleetIo.js';
import { lineOf } from './rollOut.js';
import { lineOfReport } from './showFleet.js';

/** `hotpipe fleet status --watch`: how the rollouts stand, then a line per change, until a signal. */
export async function watchStatus(
  { subject, isJson }: FleetCommand,
  fleet: OpenEngine,
  io: FleetIo,
): Promise<FleetExit> {
  const documents = new Map<string, Desired>();
  /** Reports may come before the document that says which version they are of. */
  const early = new Map<string, FleetEvent[]>();
  const inOrder = (change: FleetEvent): Observable<FleetEvent> => {
    if (change._tag === 'report' && !documents.has(change.value.plugin)) {
      const { plugin } = change.value;
      early.set(plugin, [...(early.get(plugin) ?? []), change]);
      return EMPTY;
    }
    if (change._tag !== 'document') return of(change);
    const { plugin } = change.value;
    documents.set(plugin, change.value);
    const waiting = early.get(plugin) ?? [];
    early.delete(plugin);
    return from([change, ...waiting]);
  };
  /** The engine tells a document again when the connection was lost, and each beat of a host is a report. */
  const told = new Map<string, string>();
  const watching = fleetChanges(fleet)
    .pipe(concatMap(inOrder))
    .subscribe((change) => {
      const { of: key, plugin, line } = described(change, documents);
      if (line === '' || (subject !== '' && plugin !== subject) || told.get(key) === line) return;
      told.set(key, line);
      io.print(isJson ? `${JSON.stringify(change)}\n` : `${escapeText(line)}\n`);
    });
  await io.ended();
  watching.unsubscribe();
  return 0;
}

/** What changed, and the line that says how it is now. */
function described(
  change: FleetEvent,
  documents: ReadonlyMap<string, Desired>,
): { readonly of: string; readonly plugin: string; readonly line: string } {
  if (change._tag === 'hosts') return { of: '', plugin: '', line: '' };
  if (change._tag === 'problem') {
    const { plugin, message } = change;
    return { of: plugin, plugin, line: `${plugin}: ${message}` };
  }
  const { plugin } = change.value;
  if (change._tag === 'document') return { of: plugin, plugin, line: lineOf(change.value) };
  const { value } = change;
  const doc = documents.get(plugin);
  const isOfNow = doc?.rollout === value.rollout;
  const line = doc === undefined || !isOfNow ? '' : `${plugin}:${lineOfReport(value, doc)}`;
  return { of: `${plugin} ${value.host}`, plugin, line };
}
