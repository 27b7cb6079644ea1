// A fleet in one process: three hosts with a runtime each, a controller, and three rollouts. One that is good, one that is bad and is
// stopped at one host, and one that is taken back with everything that was counted meanwhile.
//
//   npm run fleet:example
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { hotReload, PluginRuntime } from 'hotpipe';
import {
  abortRollout,
  type Desired,
  fleetAgent,
  fleetController,
  fleetKeys,
  memoryFleet,
  packBundle,
  signBundle,
  startRollout,
} from 'hotpipe/fleet';
import { share } from 'rxjs';

const home = mkdtempSync(join(tmpdir(), 'hotpipe-fleet-example-'));
const keys = fleetKeys();
const fleet = memoryFleet();
const policy = { waves: [1, '100%'], bakeMs: 300, deadlineMs: 20_000 } as const;

/** What came of a task; the example ends when one fails. */
async function done<A>(
  task: () => Promise<{ _tag: 'Left'; left: { message: string } } | { _tag: 'Right'; right: A }>,
): Promise<A> {
  const result = await task();
  if (isLeft(result)) throw new Error(result.left.message);
  return result.right;
}

/** Packs, signs and stores a version of the plugin `counter`. */
async function publish(serial: number, hit: string) {
  const version = `${serial}.0.0`;
  const dir = join(home, `source-${version}`);
  mkdirSync(dir);
  writeFileSync(
    join(dir, 'plugin.toml'),
    `name = "counter"\nversion = "${version}"\nsource = "index.ts"\napi-version = { major = 0, minor = 1, patch = 0 }\n`,
  );
  writeFileSync(
    join(dir, 'index.ts'),
    `let count = 0;
export function hit(): string { ${hit} }
export function saveState() { return { count }; }
export function restoreState(state: { count: number }) { count = state.count; }
`,
  );
  const { digest, bytes } = await done(packBundle(dir));
  await done(fleet.put(digest, bytes));
  const about = { plugin: 'counter', version, serial, digest, size: bytes.length };
  return { version, digest, ...signBundle(about, keys.privateKey) };
}

/** Writes the document of the plugin. */
async function write(change: (doc: Desired | undefined) => Desired): Promise<void> {
  const read = await done(fleet.read('counter'));
  const now = read._tag === 'Some' ? read.value : undefined;
  await done(fleet.write('counter', change(now?.value), now?.revision ?? 0));
}

const hosts = ['ada', 'bob', 'cid'].map((host) => {
  const agent = fleetAgent({
    host,
    dir: join(home, host),
    fleet,
    bundles: fleet,
    trustedKeys: [keys.publicKey],
    provenAfterMs: 200,
  });
  const runtime = new PluginRuntime({ files: agent.files, onCall: agent.onCall });
  const events$ = hotReload({
    source$: agent.source$,
    load: agent.load,
    target: runtime,
  }).pipe(share());
  const told = agent.attach(events$, runtime).subscribe(({ _tag, message }) => {
    console.log(
      `  ${host}  ${_tag.padEnd(8)} ${message.replace(/sha256-(.{8})\w*/g, '$1').slice(0, 110)}`,
    );
  });
  return { host, agent, runtime, told };
});
const steering = fleetController({ fleet, holder: 'example', policy }).subscribe(
  ({ _tag, message }) => console.log(`  fleet  ${_tag}: ${message}`),
);

/** What each host answers. */
async function answers(): Promise<readonly unknown[]> {
  return Promise.all(hosts.map(({ runtime }) => runtime.call('counter', 'hit')));
}

async function until(holds: (doc: Desired) => boolean): Promise<void> {
  for (;;) {
    const read = await done(fleet.read('counter'));
    if (read._tag === 'Some' && holds(read.value.value)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function untilAnswers(text: string): Promise<void> {
  for (;;) {
    const all = await answers().catch(() => []);
    if (all.length > 0 && all.every((answer) => String(answer).startsWith(text))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const candidate1 = await publish(1, "count += 1; return 'one ' + count;");
const candidate2 = await publish(2, "count += 1; return 'two ' + count;");
const candidate4 = await publish(4, "count += 1; return 'four ' + count;");
const rollout = (name: string, candidate: typeof candidate1) => (doc: Desired | undefined) =>
  startRollout(doc, { plugin: 'counter', candidate, rollout: name });

console.log('\n1. The first version, and a good one after it: one host, then all');
await write(rollout('first', candidate1));
await until(({ outcome }) => outcome === 'promoted');
await untilAnswers('one');
await write(rollout('good', candidate2));
await until(({ outcome, stable }) => outcome === 'promoted' && stable?.version === '2.0.0');
await untilAnswers('two');
console.log('  answers:', await answers());

console.log('\n2. A version that does not load: one host refuses it, and the others never see it');
await write(rollout('bad', await publish(3, '} this does not compile {')));
await until(({ outcome }) => outcome === 'aborted');
console.log('  answers:', await answers());

console.log('\n3. A version that is taken back: what was counted meanwhile comes along');
await write(rollout('back', candidate4));
await until(({ wave }) => wave === 1);
for (;;) {
  if ((await answers()).some((answer) => String(answer).startsWith('four'))) break;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
console.log('  answers:', await answers());
await write((doc) => {
  if (doc === undefined) throw new Error('no document');
  return abortRollout(doc, 'somebody said so');
});
await untilAnswers('two');
console.log('  answers:', await answers());

steering.unsubscribe();
for (const { agent, runtime, told } of hosts) {
  await agent.close();
  told.unsubscribe();
  await runtime.close();
}
rmSync(home, { recursive: true });
