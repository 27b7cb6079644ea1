import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fleetAgent } from '../../../src/fleet/agent/fleetAgent.js';
import { fleetKeys } from '../../../src/fleet/bundles/statements.js';
import { memoryFleet } from '../../../src/fleet/control/memoryFleet.js';

const base = mkdtempSync(join(tmpdir(), 'hotpipe-agent-options-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const { publicKey, privateKey } = fleetKeys();

// An agent takes most of these from the environment, where each of them may be unset.
it.each<[string, unknown, string]>([
  ['host', undefined, 'fleetAgent: host (undefined) is not a name of 1 to 63 characters'],
  ['host', null, 'fleetAgent: host (null) is not a name'],
  ['host', 5, 'fleetAgent: host (5) is not a name'],
  ['host', '', 'fleetAgent: host ("") is not a name'],
  ['host', 'Web 1', 'fleetAgent: host ("Web 1") is not a name'],
  ['dir', undefined, 'fleetAgent: dir is no path'],
  ['dir', '', 'fleetAgent: dir is no path'],
  ['trustedKeys', undefined, 'fleetAgent: trustedKeys is no list of keys'],
  ['trustedKeys', publicKey, 'fleetAgent: trustedKeys is no list of keys'],
  ['trustedKeys', [], 'fleetAgent: trustedKeys is empty'],
  ['trustedKeys', [privateKey], 'trustedKeys: this is a private key'],
  ['trustedKeys', [undefined], 'trustedKeys: this is no public key'],
  ['splayMs', Number('x'), 'fleetAgent: splayMs (NaN)'],
])('an agent whose %s is %s is refused at once, and leaves no folder', (option, value, message) => {
  const fleet = memoryFleet();
  const dir = join(base, 'agent');
  const options = { host: 'web-1', dir, fleet, bundles: fleet, trustedKeys: [publicKey] };
  Reflect.set(options, option, value);
  expect(() => fleetAgent(options)).toThrow(message);
  expect(existsSync(dir)).toBe(false);
});
