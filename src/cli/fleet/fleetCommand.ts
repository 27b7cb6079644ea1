import { openInBackground } from '../../fleet/control/openInBackground.js';
import { messageOf } from '../../model/unknownValue.js';
import { connectNats } from '../../nats/connectNats.js';
import { natsFleet } from '../../nats/natsFleet.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import type { FleetCommand } from '../arguments/parseFleet.js';
import { collectBundles } from './collectBundles.js';
import { EngineNotReached, type FleetExit, type FleetIo, type UpkeptEngine } from './FleetIo.js';
import { makeKeys, publish, readFile } from './publish.js';
import { orderRollout, rollOut } from './rollOut.js';
import { runAgent, runController } from './runFleet.js';
import { showHosts, showStatus } from './showFleet.js';
import { showPlan } from './showPlan.js';
import { watchStatus } from './watchStatus.js';

/** Runs a command of a fleet. Throws a `UsageError` for files that the command line names and that cannot be used. */
export async function fleetCommand(command: FleetCommand, io: FleetIo): Promise<FleetExit> {
  if (command.verb === 'keygen') return makeKeys(command, io);
  // A host serves all the same, and says why it does not reach the engine.
  if (command.verb !== 'agent') requireFiles(command);
  let fleet: UpkeptEngine | undefined;
  try {
    // A host never waits for the engine: it serves what is on its disk.
    fleet =
      command.verb === 'agent' ? openInBackground(() => io.open(command)) : await io.open(command);
    return await runVerb(command, fleet, io);
  } catch (error) {
    if (!(error instanceof EngineNotReached)) throw error;
    io.printError(`hotpipe: ${escapeText(error.message)}\n`);
    return 4;
  } finally {
    await fleet?.close();
  }
}

function runVerb(command: FleetCommand, fleet: UpkeptEngine, io: FleetIo): Promise<FleetExit> {
  switch (command.verb) {
    case 'publish':
      return publish(command, fleet, io);
    case 'rollout':
      return rollOut(command, fleet, io);
    case 'plan':
      return showPlan(command, fleet, io);
    case 'status':
      return command.isWatching ? watchStatus(command, fleet, io) : showStatus(command, fleet, io);
    case 'hosts':
      return showHosts(command, fleet, io);
    case 'gc':
      return collectBundles(command, fleet, io);
    case 'agent':
      return runAgent(command, fleet, io);
    case 'controller':
      return runController(command, fleet, io);
    case 'keygen':
      return Promise.resolve(makeKeys(command, io));
    case 'pause':
    case 'resume':
    case 'promote':
    case 'abort':
    case 'rollback':
      return orderRollout(command, fleet, io);
  }
}

/** Throws a `UsageError` for a file that cannot be read. */
function requireFiles(command: FleetCommand): void {
  const { verb, keyFile, credsFile, caFile, certFile, certKeyFile } = command;
  const named = {
    '--key': verb === 'publish' ? keyFile : undefined,
    '--creds': credsFile,
    '--ca': caFile,
    '--cert': certFile,
    '--cert-key': certKeyFile,
  };
  for (const [option, path] of Object.entries(named))
    if (path !== undefined) readFile(option, path);
}

/** The fleet behind a NATS server. */
export const openNats: FleetIo['open'] = async ({ namespace, ...address }) => {
  try {
    const connection = await connectNats(address);
    const fleet = await natsFleet(connection, { namespace }).catch(async (error: unknown) => {
      await connection.close();
      throw error;
    });
    const close = async (): Promise<void> => {
      await fleet.close();
      await connection.close();
    };
    return { ...fleet, close };
  } catch (error) {
    throw new EngineNotReached(messageOf(error), { cause: error });
  }
};
