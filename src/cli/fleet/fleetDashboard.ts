import { filter, NEVER } from 'rxjs';
import { dashboard } from '../../dashboard/dashboard.js';
import { type FleetEvent, fleetChanges } from '../../fleet/control/fleetChanges.js';
import type { OpenEngine } from '../../fleet/control/openInBackground.js';
import { describeEvents } from '../../trace/describeEvents.js';
import type { FleetIo } from './FleetIo.js';

/** A page that shows a fleet, or one plugin of it, until it is closed. Prints its address. Rejects when the port is taken. */
export async function fleetDashboard(
  port: number,
  fleet: OpenEngine,
  { print }: FleetIo,
  plugin = '',
): Promise<{ close(): Promise<void> }> {
  const fleet$ = fleetChanges(fleet).pipe(
    filter((change) => plugin === '' || [plugin, ''].includes(pluginOf(change))),
  );
  // There is no pipeline here: what hosts saw is in their reports.
  const board = dashboard(NEVER, {
    fleet$,
    // What cannot be said as a test rejects with the reason, which the page shows.
    describeEvents: (of, events) => Promise.resolve().then(() => describeEvents(of, events).text),
  });
  const server = await board.listen({ port }).catch((error: unknown) => {
    board.close();
    throw error;
  });
  print(`dashboard: ${server.url}\n`);
  return {
    close: async () => {
      board.close();
      await server.close();
    },
  };
}

/** Empty for what concerns all plugins. */
function pluginOf(change: FleetEvent): string {
  if (change._tag === 'hosts') return '';
  return change._tag === 'problem' ? change.plugin : change.value.plugin;
}
