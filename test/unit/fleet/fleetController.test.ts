import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { Subject, takeUntil } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { fleetController } from '../../../src/fleet/control/fleetController.js';
import { memoryFleet } from '../../../src/fleet/control/memoryFleet.js';
import type { RolloutEvent } from '../../../src/fleet/control/PluginPilot.js';
import { isInCohort } from '../../../src/fleet/protocol/cohort.js';
import type { Desired } from '../../../src/fleet/protocol/Desired.js';
import { engineUnreachable, revisionTaken } from '../../../src/fleet/protocol/FleetError.js';
import type { FleetStore } from '../../../src/fleet/protocol/FleetStore.js';
import type { HostReport } from '../../../src/fleet/protocol/HostReport.js';
import { VirtualTime } from '../../../src/trace/virtual/VirtualTime.js';
import { bundleUpkeep } from './bundleUpkeep.js';
import { hostsOf, passTime, policy, report, rollout, v1, v2 } from './fleetWorld.js';

const beat = { boot: 'a.1', labels: {} };

/** A fleet of hosts that answer as `answer` says whenever the document changes. */
async function world(
  answer: (host: string, doc: Desired) => HostReport | undefined,
  { count = 10 } = {},
) {
  const time = new VirtualTime();
  const fleet = memoryFleet({ scheduler: time, hostTtlMs: 1e9 });
  for (const host of hostsOf(count)) await fleet.beat(host, beat)();
  fleet.desired$().subscribe(({ value }) => {
    for (const host of hostsOf(count).filter((one) => isInCohort(value, one))) {
      const said = answer(host, value);
      if (said !== undefined) void fleet.report(said)();
    }
  });
  const events: RolloutEvent[] = [];
  const start = (holder: string, store: FleetStore = fleet) =>
    fleetController({ fleet: store, holder, policy, scheduler: time }).subscribe((event) =>
      events.push(event),
    );
  const pass = (ms: number): Promise<void> => passTime(time, ms);
  const document = async (): Promise<Desired> => {
    const read = await fleet.read('p')();
    if (E.isLeft(read) || O.isNone(read.right)) throw new Error('no document');
    return read.right.value.value;
  };
  return { time, fleet, events, start, pass, document };
}

const tags = (events: readonly RolloutEvent[]) => events.map(({ _tag }) => _tag);

describe('memoryFleet', () => {
  it('refuses an old revision, an old fence, and nothing else', async () => {
    const fleet = memoryFleet();
    const doc = rollout({ fence: 3, op: 'a' });
    expect(await fleet.write('p', doc, 0)()).toMatchObject({ right: { revision: 1 } });
    expect(await fleet.write('p', { ...doc, wave: 1, op: 'b' }, 0)()).toMatchObject({
      left: { _tag: 'RevisionTaken' },
    });
    expect(await fleet.write('p', { ...doc, fence: 2, op: 'b' }, 1)()).toMatchObject({
      left: { _tag: 'RevisionTaken' },
    });
    expect(await fleet.write('p', { ...doc, wave: 1, op: 'b' }, 1)()).toMatchObject({
      right: { revision: 2 },
    });
  });

  it('answers the repeat of a write as the first time, and keeps a copy', async () => {
    const fleet = memoryFleet();
    const doc = rollout({ op: 'a' });
    await fleet.write('p', doc, 0)();
    expect(await fleet.write('p', doc, 0)()).toMatchObject({ right: { revision: 1 } });
    expect(await fleet.write('p', { ...doc, wave: 9 }, 0)()).toMatchObject({
      left: { _tag: 'RevisionTaken' },
    });
    const read = await fleet.read('p')();
    expect(E.isRight(read) && O.isSome(read.right) && read.right.value.value).not.toBe(doc);
  });

  it('tells what is, then changes, of documents and reports', async () => {
    const fleet = memoryFleet();
    await fleet.write('p', rollout({ op: 'a' }), 0)();
    await fleet.report(report('h', 'accepted'))();
    const seen: string[] = [];
    fleet.desired$().subscribe(({ revision }) => seen.push(`revision ${revision}`));
    fleet.reports$('p').subscribe(({ status }) => seen.push(status));
    await fleet.write('p', rollout({ op: 'b' }), 1)();
    await fleet.report(report('h', 'proven'))();
    await fleet.report(report('h', 'proven', { plugin: 'q' }))();
    expect(seen).toEqual(['revision 1', 'accepted', 'revision 2', 'proven']);
  });

  it('knows which hosts are alive, and refuses a second one of the same name', async () => {
    const time = new VirtualTime();
    const fleet = memoryFleet({ scheduler: time, hostTtlMs: 5_000 });
    const seen: string[] = [];
    fleet.hosts$().subscribe(({ hosts }) => seen.push(hosts.join()));
    await fleet.beat('h', { boot: 'one.1', labels: {} })();
    expect(await fleet.beat('h', { boot: 'two.9', labels: {} })()).toMatchObject({
      left: { _tag: 'HostNameTaken' },
    });
    expect(await fleet.beat('h', { boot: 'one.2', labels: {} })()).toEqual(E.right(undefined));
    expect(await fleet.beat('h', { boot: 'one.1', labels: {} })()).toMatchObject({
      left: { _tag: 'HostNameTaken' },
    });
    await passTime(time, 6_000);
    expect(await fleet.beat('h', { boot: 'two.9', labels: {} })()).toEqual(E.right(undefined));
    expect(seen).toEqual(['', 'h', '', 'h']);
  });

  it('gives a lease to one holder at a time, with a higher fence each time', () => {
    const fleet = memoryFleet();
    const seen: string[] = [];
    const one = fleet.lease('x', 'one').subscribe(({ fence }) => seen.push(`one ${fence}`));
    const two = fleet.lease('x', 'two').subscribe(({ fence }) => seen.push(`two ${fence}`));
    fleet.lease('x', 'three').subscribe(({ fence }) => seen.push(`three ${fence}`));
    two.unsubscribe();
    one.unsubscribe();
    expect(seen).toEqual(['one 1', 'three 2']);
  });

  it('has a bundle, or says that it has none', async () => {
    const fleet = memoryFleet();
    const bytes = Uint8Array.from([1, 2]);
    await fleet.put('sha256-x', bytes)();
    bytes[0] = 9;
    expect(await fleet.get('sha256-x')()).toEqual(E.right(Uint8Array.from([1, 2])));
    expect(await fleet.get('sha256-y')()).toMatchObject({ left: { _tag: 'BundleMissing' } });
  });

  it('removes what is stored under a name, and has all reports at once', () =>
    bundleUpkeep(memoryFleet()));
});

describe('fleetController', () => {
  it('leads a good version through the waves to every host', async () => {
    const { fleet, events, start, pass, document } = await world((host) => report(host, 'proven'));
    start('one');
    await fleet.write('p', rollout(), 0)();
    await pass(5_000);
    expect(tags(events)).toEqual([
      'LeaseTaken',
      ...['WaveOpened', 'Baking'],
      ...['WaveOpened', 'Baking'],
      ...['WaveOpened', 'Baking'],
      'Promoted',
    ]);
    expect(await document()).toMatchObject({
      stable: v2,
      previous: v1,
      outcome: 'promoted',
      fence: 1,
    });
  });

  it('stops a bad version at one host', async () => {
    const tried = new Set<string>();
    const { fleet, events, start, pass, document } = await world((host) => {
      tried.add(host);
      return report(host, 'nack');
    });
    start('one');
    await fleet.write('p', rollout(), 0)();
    await pass(1_000);
    expect([tags(events).at(-1), tried.size]).toEqual(['Aborted', 1]);
    expect(await document()).toMatchObject({
      stable: v1,
      candidate: null,
      below: null,
      refused: [v2.digest],
    });
  });

  it('is followed by the next one, which needs the document only', async () => {
    const { fleet, events, start, pass, document } = await world((host) => report(host, 'proven'));
    const one = start('one');
    await fleet.write('p', rollout(), 0)();
    await pass(500);
    one.unsubscribe();
    start('two');
    await pass(5_000);
    expect(tags(events).filter((tag) => tag === 'LeaseTaken')).toHaveLength(2);
    expect(await document()).toMatchObject({ outcome: 'promoted', fence: 2 });
  });

  it('does not trust the clock of the one before it', async () => {
    const { fleet, start, pass, document } = await world((host) => report(host, 'proven'));
    const one = start('one');
    await fleet.write('p', rollout(), 0)();
    await pass(300);
    one.unsubscribe();
    const doc = await document();
    expect(doc.bakeFromMs).not.toBeNull();
    // Written by a controller whose clock is an hour behind: by this clock the bake would be over.
    await fleet.write(
      'p',
      { ...doc, bakeFromMs: -3_600_000, openedAtMs: -3_600_000, op: 'x' },
      3,
    )();
    start('two');
    await pass(500);
    expect(await document()).toMatchObject({ wave: 1, outcome: null });
    await pass(10_000);
    expect(await document()).toMatchObject({ outcome: 'promoted' });
  });

  it('knows its own write when the answer was lost, and writes it once', async () => {
    const { fleet, events, start, pass, document } = await world((host) => report(host, 'proven'));
    let losses = 0;
    const lossy: FleetStore = {
      ...fleet,
      write: (plugin, next, expected) => async () => {
        const written = await fleet.write(plugin, next, expected)();
        losses += 1;
        if (losses % 2 === 1) return E.left(engineUnreachable(plugin, 'no answer'));
        return E.isLeft(written) ? E.left(revisionTaken(plugin, expected, 0)) : written;
      },
    };
    start('one', lossy);
    await fleet.write('p', rollout(), 0)();
    await pass(20_000);
    expect(await document()).toMatchObject({ outcome: 'promoted' });
    expect(tags(events).filter((tag) => tag === 'WaveOpened')).toHaveLength(3);
    expect(tags(events)).not.toContain('WriteRefused');
  });

  it('writes nothing more when it has lost the lease', async () => {
    const { fleet, events, start, pass, document } = await world((host) => report(host, 'proven'));
    const lost = new Subject<void>();
    start('one', {
      ...fleet,
      lease: (name, holder) => fleet.lease(name, holder).pipe(takeUntil(lost)),
    });
    await fleet.write('p', rollout(), 0)();
    await pass(300);
    lost.next();
    const doc = await document();
    await pass(900);
    expect(tags(events).at(-1)).toBe('LeaseLost');
    expect(await document()).toEqual(doc);
    await pass(10_000);
    expect(await document()).toMatchObject({ outcome: 'promoted', fence: 2 });
  });

  it('says that a document is too new, and leaves it alone', async () => {
    const { fleet, events, start, pass } = await world(() => undefined);
    start('one');
    const newer: Desired = JSON.parse(JSON.stringify({ ...rollout(), v: 2 }));
    await fleet.write('p', newer, 0)();
    await pass(1_000);
    expect(tags(events)).toEqual(['LeaseTaken', 'DocumentTooNew']);
  });
});
