/**
 * A fleet over a real nats-server: 50 hosts with real plugins under calls, hosts that only follow and report, a version that ends the process,
 * and a controller that dies. Prints each figure beside its aim.
 *
 *   npm run build && node --import tsx bench/fleet/run.ts [--hosts 50] [--light 1000] [--rounds 5]
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Subscription } from 'rxjs';
import {
  abortRollout,
  type Desired,
  fleetController,
  type HostReport,
  isInCohort,
} from '../../src/fleet/index.ts';
import { type NatsFleet, natsFleet } from '../../src/nats/index.ts';
import {
  counter,
  edit,
  eventually,
  FleetHost,
  keys,
  promoted,
  publish,
  roll,
} from '../../test/node/fleet/FleetHost.ts';
import { connectTo, NatsServer, serverProgram } from '../../test/node/nats/NatsServer.ts';

const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '50' },
    light: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
  },
});
const [HOSTS = 50, LIGHT = 1_000, ROUNDS = 5] = [values.hosts, values.light, values.rounds].map(
  Number,
);
if (serverProgram === undefined) throw new Error('there is no nats-server here');

const rows: string[] = [];
function row(what: string, aim: string, measured: string): void {
  rows.push(`| ${what} | ${aim} | ${measured} |`);
  console.log(rows.at(-1));
}
const p = (of: readonly number[], share: number): number =>
  [...of].sort((left, right) => left - right)[
    Math.min(of.length - 1, Math.floor(share * of.length))
  ] ?? Number.NaN;
const ms = (value: number): string => `${Math.round(value)} ms`;
const wait = (forMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, forMs));

const server = new NatsServer();
await server.start();
const closes: (() => Promise<void>)[] = [];
async function open(namespace: string): Promise<NatsFleet> {
  const connection = await connectTo(server.url);
  const fleet = await natsFleet(connection, { namespace, timeoutMs: 2_000 });
  closes.push(async () => {
    await fleet.close();
    await connection.close();
  });
  return fleet;
}
/** Resident memory of the server, in MB. */
function serverMb(): number {
  const pid = spawnSync('pgrep', ['-f', server.dir], { encoding: 'utf8' }).stdout.split('\n')[0];
  const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) / 1_024;
}
async function documentOf(fleet: NatsFleet): Promise<Desired | undefined> {
  const read = await fleet.read('counter')();
  return read._tag === 'Right' && read.right._tag === 'Some' ? read.right.value.value : undefined;
}

/** When a process writes a line that holds a text; rejects after a minute. */
function line(child: ChildProcess, text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`no "${text}" within a minute`)), 60_000);
    let out = '';
    child.stdout?.on('data', (data) => {
      out += String(data);
      if (!out.includes(text)) return;
      clearTimeout(limit);
      resolve(performance.now());
    });
  });
}
const hotpipe = (...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, ['dist/cli/main.js', 'fleet', ...args, '--nats', server.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

// ── hosts with real plugins ──
{
  const fleet = await open('real');
  const v1 = await publish(fleet, '1.0.0', counter('v1'));
  await roll(fleet, v1);
  await edit(fleet, promoted(v1));
  const hosts: FleetHost[] = [];
  for (let index = 0; index < HOSTS; index += 1) {
    hosts.push(new FleetHost(await open('real'), `host-${index}`));
  }
  for (const host of hosts) await host.serves('v1');
  const answered = new Map<string, Set<string>>();
  let [calls, failed, failedOfCandidate] = [0, 0, 0];
  let isCalling = true;
  const calling = hosts.map(async (host) => {
    while (isCalling) {
      for (const fn of ['who', 'hit']) {
        calls += 1;
        try {
          const label = String(await host.call(fn)).split(' ')[0] ?? '';
          answered.set(label, (answered.get(label) ?? new Set()).add(host.host));
        } catch (error) {
          if (String(error).includes('always')) failedOfCandidate += 1;
          else failed += 1;
        }
      }
      await wait(50);
    }
  });
  const written = new Map<string, number>();
  const nacked: number[] = [];
  const seen = await open('real');
  seen.desired$().subscribe(({ value }) => {
    const key = `${value.rollout} ${value.outcome}`;
    if (!written.has(key)) written.set(key, performance.now());
  });
  seen.reports$('counter').subscribe(({ status }) => {
    if (status === 'nack') nacked.push(performance.now());
  });
  // A version that fails when it is called is known by its calls: a wave ends when there were enough of them.
  const policy = {
    waves: [1, '25%', '100%'],
    bakeMs: 0,
    deadlineMs: 60_000,
    minimumCalls: 20,
  } as const;
  const steering = fleetController({ fleet, holder: 'bench', policy }).subscribe();
  await wait(8_000);
  const outcomeOf = async (rollout: string, outcome: string): Promise<number> => {
    // On a busy machine a rollout takes longer than a test waits.
    const limitMs = performance.now() + 120_000;
    while (!written.has(`${rollout} ${outcome}`)) {
      if (performance.now() > limitMs) throw new Error(`${rollout} is not ${outcome} in time`);
      await wait(5);
    }
    return written.get(`${rollout} ${outcome}`) ?? Number.NaN;
  };

  const good = await publish(fleet, '2.0.0', counter('v2'));
  const fromMs = performance.now();
  const { rollout } = await roll(fleet, good);
  const promotedMs = await outcomeOf(rollout, 'promoted');
  row(`a good version on ${HOSTS} hosts, three waves without bake`, '–', ms(promotedMs - fromMs));

  const bad: readonly (readonly [string, Record<string, string>])[] = [
    ['does not compile', { 'index.ts': '} bad' }],
    [
      'throws when it is loaded',
      { 'index.ts': `${counter('bad')['index.ts']}\nthrow new Error('no');` },
    ],
    ['one function always fails', counter('bad', "throw new Error('always');")],
  ];
  const toAbort: number[] = [];
  let serial = 3;
  for (const [name, files] of bad) {
    nacked.length = 0;
    const candidate = await publish(fleet, `${serial}.0.0`, files);
    serial += 1;
    const of = await roll(fleet, candidate);
    const abortedMs = await outcomeOf(of.rollout, 'aborted');
    if (nacked[0] !== undefined && nacked[0] < abortedMs) toAbort.push(abortedMs - nacked[0]);
    await wait(1_000);
    row(
      `hosts that answered with a version that ${name}`,
      '≤ 1',
      String(answered.get('bad')?.size ?? 0),
    );
    answered.delete('bad');
  }
  row('first refusal → abort is written', '≤ 300 ms', `${toAbort.map(ms).join(', ')}`);

  const back: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const label = `w${round}`;
    const candidate = await publish(fleet, `${serial}.0.0`, counter(label));
    serial += 1;
    await roll(fleet, candidate, { below: 'f'.repeat(64), wave: 3, paused: true });
    for (const host of hosts) await host.serves(label);
    const atMs = performance.now();
    await edit(fleet, (doc) => abortRollout(doc, 'bench'));
    const each = hosts.map(async (host) => {
      await host.serves('v2');
      return performance.now() - atMs;
    });
    back.push(...(await Promise.all(each)));
  }
  row(
    `abort is written → all of ${HOSTS} hosts are back, p50, p99`,
    'p99 ≤ 1 s',
    `${ms(p(back, 0.5))}, ${ms(p(back, 0.99))}`,
  );
  isCalling = false;
  await Promise.all(calling);
  row(
    'calls that the fleet made fail',
    '0',
    `${failed} of ${calls} (${failedOfCandidate} were the bad version's own)`,
  );
  row('memory of the server', '–', `${Math.round(serverMb())} MB`);
  steering.unsubscribe();
  for (const host of hosts) await host.close();
}

// ── a version that ends the process, and a controller that dies ──
{
  const dir = mkdtempSync(join(tmpdir(), 'hotpipe-fleet-bench-'));
  const trust = join(dir, 'key.pub');
  writeFileSync(trust, keys.publicKey);
  const fleet = await open('crash');
  const v1 = await publish(fleet, '1.0.0', counter('v1'));
  await roll(fleet, v1);
  await edit(fleet, promoted(v1));
  const options = ['--bake', '0s', '--waves', '1', '--namespace', 'crash'];
  const one = hotpipe('controller', ...options, '--holder', 'one');
  await line(one, 'LeaseTaken');
  const two = hotpipe('controller', ...options, '--holder', 'two');
  let crashes = 0;
  let isEnding = false;
  let host: ChildProcess | undefined;
  const start = (): void => {
    host = hotpipe(
      'agent',
      join(dir, 'host'),
      '--host',
      'canary',
      '--trust',
      trust,
      '--namespace',
      'crash',
    );
    host.once('exit', () => {
      if (isEnding) return;
      crashes += 1;
      start();
    });
  };
  start();
  const reports: HostReport[] = [];
  fleet.reports$('counter').subscribe((report) => reports.push(report));
  if (host !== undefined) await line(host, 'Proven');
  await wait(8_000);
  const atMs = performance.now();
  const { rollout } = await roll(
    fleet,
    await publish(fleet, '2.0.0', { 'index.ts': 'process.exit(1);' }),
  );
  await eventually(() => reports.some((one) => one.rollout === rollout && one.status === 'nack'));
  row(
    'a version that ends the process: crashes, time to its refusal',
    '1, ≤ 10 s',
    `${crashes}, ${ms(performance.now() - atMs)}`,
  );
  await eventually(async () => (await documentOf(fleet))?.outcome === 'aborted');
  const taken = line(two, 'LeaseTaken');
  const killedMs = performance.now();
  one.kill('SIGKILL');
  row(
    'a controller is killed → the next one steers',
    '≤ 12 s (its lease and 2 s)',
    ms((await taken) - killedMs),
  );
  isEnding = true;
  host?.kill('SIGTERM');
  two.kill('SIGTERM');
  await wait(1_000);
  rmSync(dir, { recursive: true, force: true });
}

// ── hosts that only follow and report ──
if (LIGHT > 0) {
  const [before] = [serverMb()];
  const first = await open('light');
  const candidate = await publish(first, '1.0.0', counter('v1'));
  const fromMs = performance.now();
  const light: { readonly name: string; readonly fleet: NatsFleet }[] = [];
  for (let index = 0; index < LIGHT; index += 1) {
    light.push({ name: `light-${index}`, fleet: await open('light') });
  }
  row(`${LIGHT} hosts are connected`, '–', ms(performance.now() - fromMs));
  let messages = 0;
  const listening: Subscription[] = [];
  const timers: NodeJS.Timeout[] = [];
  for (const { name, fleet } of light) {
    const beat = (): void => {
      messages += 1;
      void fleet.beat(name, { boot: `${name}.1`, labels: {} })();
    };
    beat();
    timers.push(setInterval(beat, 4_000 + 2_000 * Math.random()));
    listening.push(
      fleet.desired$().subscribe(({ value, revision }) => {
        if (!isInCohort(value, name)) return;
        const report = (status: HostReport['status']) => {
          messages += 1;
          return fleet.report({
            ...{ host: name, boot: `${name}.1`, plugin: 'counter', revision, status },
            ...{ rollout: value.rollout, serving: candidate.digest, tried: candidate.digest },
            calls: { ok: 0, failed: 0, fingerprints: [] },
          })();
        };
        void report('accepted')
          .then(() => report('serving'))
          .then(() => report('proven'));
      }),
    );
  }
  const policy = {
    waves: [1, '5%', '25%', '100%'],
    bakeMs: 0,
    deadlineMs: 120_000,
    expectHosts: LIGHT,
  } as const;
  const steering = fleetController({ fleet: first, holder: 'bench', policy }).subscribe();
  await wait(12_000);
  messages = 0;
  await wait(10_000);
  row(
    'messages that a host sends at rest',
    '≤ 0.3 a second',
    `${(messages / 10 / LIGHT).toFixed(2)} a second`,
  );
  const atMs = performance.now();
  await roll(first, candidate);
  for (;;) {
    if ((await documentOf(first))?.outcome === 'promoted') break;
    if (performance.now() - atMs > 120_000) break;
    await wait(20);
  }
  const end = (await documentOf(first))?.outcome ?? 'open';
  row(
    `${LIGHT} hosts, four waves without bake`,
    '≤ 10 s',
    `${ms(performance.now() - atMs)} (${end})`,
  );
  row(
    'memory of the server',
    '≤ 150 MB',
    `${Math.round(serverMb())} MB (${Math.round(before)} before)`,
  );
  steering.unsubscribe();
  for (const timer of timers) clearInterval(timer);
  for (const one of listening) one.unsubscribe();
}

for (const close of closes.reverse()) await close();
await server.remove();
console.log(
  `\nNode ${process.version}\n\n| | aim | measured |\n| --- | --- | --- |\n${rows.join('\n')}`,
);
process.exit(0);
