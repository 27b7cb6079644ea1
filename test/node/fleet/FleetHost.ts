import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Subscription, share } from 'rxjs';
import { afterAll } from 'vitest';
import type { AgentEvent } from '../../../src/fleet/agent/AgentPorts.js';
import { type FleetAgent, fleetAgent } from '../../../src/fleet/agent/fleetAgent.js';
import { packBundle } from '../../../src/fleet/bundles/packBundle.js';
import { fleetKeys, signBundle } from '../../../src/fleet/bundles/statements.js';
import type { Candidate, Desired } from '../../../src/fleet/protocol/Desired.js';
import type { Bundles, FleetStore } from '../../../src/fleet/protocol/FleetStore.js';
import { startRollout } from '../../../src/fleet/rollout/rolloutOrders.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import type { RuntimeOptions } from '../../../src/runtime/environment/RuntimeOptions.js';
import { PluginRuntime } from '../../../src/runtime/PluginRuntime.js';

export type Fleet = FleetStore & Bundles;
export const keys = fleetKeys();
export const fleetKeys_ = fleetKeys;

const made: string[] = [];
// bench/fleet uses these hosts too, and removes its own directory.
if (process.env['VITEST'] !== undefined) {
  afterAll(() => {
    for (const dir of made) rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  });
}

/** A new directory, which goes when the tests of the file have ended. */
export function temporary(): string {
  const dir = mkdtempSync(join(tmpdir(), 'hotpipe-fleet-'));
  made.push(dir);
  return dir;
}

/** Publishes a plugin `counter` of these files, and gives the candidate. */
export async function publish(
  fleet: Bundles,
  version: string,
  files: Readonly<Record<string, string>>,
  { serial = Number(version.split('.')[0]), privateKey = keys.privateKey, manifest = '' } = {},
): Promise<Candidate> {
  const dir = temporary();
  const all = {
    'plugin.toml': `name = "counter"\nversion = "${version}"\napi-version = { major = 0, minor = 1, patch = 0 }\nsource = "index.ts"\n${manifest}`,
    ...files,
  };
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
  const packed = await packBundle(dir)();
  if (E.isLeft(packed)) throw new Error(packed.left.message);
  const { digest, bytes } = packed.right;
  await fleet.put(digest, bytes)();
  const about = { plugin: 'counter', version, serial, digest, size: bytes.length };
  return { version, digest, ...signBundle(about, privateKey) };
}

/** A counter whose state is a number under `key`. */
export const counter = (label: string, more = ''): Record<string, string> => ({
  'index.ts': `let count = 0;
export function hit() { ${more} count += 1; return '${label} ' + count; }
export function who() { return '${label}'; }
export function saveState() { return { count }; }
export function restoreState(state: { count: number }) { count = state.count; }
`,
});

let lastRollout = 0;
export async function roll(
  fleet: Fleet,
  candidate: Candidate,
  of: Partial<Desired> = {},
): Promise<Desired> {
  const read = await fleet.read('counter')();
  const current = E.isRight(read) && read.right._tag === 'Some' ? read.right.value : undefined;
  lastRollout += 1;
  const doc = {
    ...startRollout(current?.value, { plugin: 'counter', candidate, rollout: `r${lastRollout}` }),
    ...of,
  };
  const written = await fleet.write('counter', doc, current?.revision ?? 0)();
  if (E.isLeft(written)) throw new Error(written.left.message);
  return doc;
}

/** Writes the document anew. */
export async function edit(fleet: Fleet, change: (doc: Desired) => Desired): Promise<void> {
  const read = await fleet.read('counter')();
  if (E.isLeft(read) || read.right._tag === 'None') throw new Error('no document');
  const { value, revision } = read.right.value;
  const written = await fleet.write(
    'counter',
    { ...change(value), op: `edit ${revision}` },
    revision,
  )();
  if (E.isLeft(written)) throw new Error(written.left.message);
}

/** The version that every host is to serve, without waves. */
export const promoted =
  (candidate: Candidate) =>
  (doc: Desired): Desired => ({
    ...doc,
    ...{
      stable: candidate,
      previous: doc.stable,
      candidate: null,
      below: null,
      outcome: 'promoted',
    },
  });

export async function eventually(
  holds: () => boolean | Promise<boolean>,
  what: () => string = () => 'it',
): Promise<void> {
  const endMs = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error(`${what()} did not happen within 20 s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** One host with a real runtime and pipeline. */
export class FleetHost {
  readonly events: ReloadEvent[] = [];
  readonly told: AgentEvent[] = [];
  readonly agent: FleetAgent;
  readonly runtime: PluginRuntime;
  readonly #running: Subscription;

  constructor(
    fleet: Fleet,
    readonly host: string,
    readonly dir = temporary(),
    options: RuntimeOptions = {},
    trustedKeys: readonly string[] = [keys.publicKey],
  ) {
    this.agent = fleetAgent({
      ...{ host, dir, fleet, trustedKeys },
      bundles: fleet,
      provenAfterMs: 50,
    });
    this.runtime = new PluginRuntime({
      files: this.agent.files,
      onCall: this.agent.onCall,
      ...options,
    });
    const events$ = hotReload({
      source$: this.agent.source$,
      load: this.agent.load,
      target: this.runtime,
      debounce: { minMs: 1, maxMs: 5 },
    }).pipe(share());
    this.#running = events$.subscribe((event) => this.events.push(event));
    this.#running.add(
      this.agent.attach(events$, this.runtime).subscribe((event) => this.told.push(event)),
    );
  }

  call(fn: string): Promise<unknown> {
    return this.runtime.call('counter', fn);
  }

  get tags(): readonly string[] {
    return this.told.map(({ _tag }) => _tag);
  }

  async serves(label: string): Promise<void> {
    await eventually(
      () =>
        this.call('who').then(
          (who) => who === label,
          () => false,
        ),
      () =>
        `${this.host} serving ${label}: ${JSON.stringify(this.told)} ${JSON.stringify(this.events)}`,
    );
  }

  async told_(tag: AgentEvent['_tag']): Promise<AgentEvent> {
    await eventually(
      () => this.tags.includes(tag),
      () =>
        `${this.host} telling ${tag}: ${JSON.stringify(this.told)} ${JSON.stringify(this.events)}`,
    );
    const event = this.told.find(({ _tag }) => _tag === tag);
    if (event === undefined) throw new Error(tag);
    return event;
  }

  async close(): Promise<void> {
    await this.agent.close();
    this.#running.unsubscribe();
    await this.runtime.close();
  }
}
