import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { asyncScheduler } from 'rxjs';
import { buildVersion } from '../../fleet/agent/buildVersion.js';
import { publishBundle } from '../../fleet/bundles/catalogue.js';
import { packBundle } from '../../fleet/bundles/packBundle.js';
import { fleetKeys } from '../../fleet/bundles/statements.js';
import type { OpenEngine } from '../../fleet/control/openInBackground.js';
import { messageOf } from '../../model/unknownValue.js';
import { diskFiles } from '../../modules/adapters/diskFiles.js';
import { escapeText } from '../../sinks/terminal/escapeText.js';
import type { FleetCommand } from '../arguments/parseFleet.js';
import { UsageError } from '../arguments/UsageError.js';
import { type FleetExit, type FleetIo, rightOf } from './FleetIo.js';

/** `hotpipe fleet keygen`: a private key that only its owner can read, and the public key beside it. Replaces nothing. */
export function makeKeys({ keyFile }: FleetCommand, { print }: FleetIo): FleetExit {
  const { privateKey, publicKey } = fleetKeys();
  try {
    writeFileSync(keyFile, privateKey, { flag: 'wx', mode: 0o600 });
    writeFileSync(`${keyFile}.pub`, publicKey, { flag: 'wx' });
  } catch (error) {
    throw new UsageError(`the keys cannot be written: ${messageOf(error)}`);
  }
  print(
    escapeLines(
      `${keyFile} signs versions: keep it where you publish, and nowhere else\n${keyFile}.pub goes to every host: hotpipe fleet agent --trust ${keyFile}.pub\n`,
    ),
  );
  return 0;
}

/** `hotpipe fleet publish`: checks that the plugin compiles, and stores it, signed. Nothing is rolled out. */
export async function publish(
  { subject, keyFile, apiVersion, serial }: FleetCommand,
  fleet: OpenEngine,
  { print }: FleetIo,
): Promise<FleetExit> {
  const privateKey = readFile('--key', keyFile);
  const folder = resolve(subject);
  const built = await buildVersion(folder, undefined, { files: diskFiles, apiVersion });
  if (E.isLeft(built)) throw new Error(built.left.message);
  const { plugin, version } = built.right;
  const bundle = rightOf(await packBundle(folder)());
  // Seconds rise from version to version, wherever they are published.
  const about = { plugin, version, serial: serial ?? Math.floor(asyncScheduler.now() / 1_000) };
  let publishing: ReturnType<typeof publishBundle>;
  try {
    publishing = publishBundle(fleet, bundle, about, privateKey);
  } catch (error) {
    throw new UsageError(`--key ${keyFile}: ${messageOf(error)}`);
  }
  const { digest } = rightOf(await publishing());
  const size = bundle.bytes.length;
  print(
    escapeLines(
      `${plugin}@${version} is published: ${digest}, ${size} bytes\nroll it out: hotpipe fleet rollout ${plugin}@${version} --wait\n`,
    ),
  );
  return 0;
}

/** The text of a file that an option names. Throws a `UsageError`. */
export function readFile(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${option}: ${messageOf(error)}`);
  }
}

function escapeLines(text: string): string {
  return escapeText(text, { isFrame: true });
}
