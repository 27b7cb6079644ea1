import { hostname } from 'node:os';
import { join } from 'node:path';
import { share } from 'rxjs';
import { fleetAgent } from '../../fleet/agent/fleetAgent.js';
import { fleetController } from '../../fleet/control/fleetController.js';
import type { OpenEngine } from '../../fleet/control/openInBackground.js';
import { requireHostName } from '../../fleet/protocol/cohort.js';
import { messageOf } from '../../model/unknownValue.js';
import { hotReload } from '../../pipeline/hotReload.js';
import { presets } from '../../pipeline/presets.js';
import { PluginRuntime } from '../../runtime/PluginRuntime.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import { fileStateStore } from '../../state/fileStateStore.js';
import type { FleetCommand } from '../arguments/parseFleet.js';
import { UsageError } from '../arguments/UsageError.js';
import type { FleetExit, FleetIo } from './FleetIo.js';
import { fleetDashboard } from './fleetDashboard.js';
import { readFile } from './publish.js';
import { usualPace } from './showPlan.js';

/** `hotpipe fleet agent`: a host of its own, until a signal ends it. */
export async function runAgent(
  { subject: dir, host, trustFiles, apiVersion }: FleetCommand,
  fleet: OpenEngine,
  io: FleetIo,
): Promise<FleetExit> {
  const trustedKeys = trustFiles.map((path) => readFile('--trust', path));
  let agent: ReturnType<typeof fleetAgent>;
  try {
    requireHostName('--host', host);
    agent = fleetAgent({ host, dir, fleet, bundles: fleet, trustedKeys, apiVersion });
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(messageOf(error)) : error;
  }
  const store = fileStateStore(join(dir, 'state'));
  const runtime = new PluginRuntime({
    ...{ files: agent.files, onCall: agent.onCall, apiVersion, store },
  });
  const events$ = hotReload({
    ...presets.production,
    // The agent tells one change per version that it has linked: there is no burst to wait for.
    debounce: { minMs: 1, maxMs: 20 },
    ...{ source$: agent.source$, load: agent.load, target: runtime, store },
  }).pipe(share());
  const running = events$.subscribe();
  running.add(agent.attach(events$, runtime).subscribe((event) => io.print(lineOf(event))));
  await io.ended();
  await agent.close();
  running.unsubscribe();
  await runtime.close();
  await store.close();
  return 0;
}

/** `hotpipe fleet controller`: steers rollouts, until a signal ends it. Any number of them may run. */
export async function runController(
  {
    waves = usualPace.waves,
    bakeMs = usualPace.bakeMs,
    deadlineMs,
    expectHosts,
    holder,
    dashboardPort,
  }: FleetCommand,
  fleet: OpenEngine,
  io: FleetIo,
): Promise<FleetExit> {
  const page =
    dashboardPort === undefined ? undefined : await fleetDashboard(dashboardPort, fleet, io);
  const policy = {
    ...{ waves, bakeMs, deadlineMs },
    ...(expectHosts !== undefined && { expectHosts }),
  };
  const steering = fleetController({
    ...{ fleet, policy },
    holder: holder ?? `${hostname()} ${process.pid}`,
  }).subscribe((event) => io.print(lineOf(event)));
  await io.ended();
  steering.unsubscribe();
  await page?.close();
  return 0;
}

function lineOf({ _tag, message }: { readonly _tag: string; readonly message: string }): string {
  return `${_tag} ${escapeText(message)}\n`;
}
