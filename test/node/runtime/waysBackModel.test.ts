import fc from 'fast-check';
import { isRight } from 'fp-ts/lib/Either.js';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import { provisionalVersions, type UnstampedEvent } from '../../../src/index.js';
import { memoryStateStore, type StateStore } from '../../../src/state/index.js';
import { VirtualTime } from '../../../src/testing/index.js';
import { counter, ONLY_UP, orderBack, recounter, UP_AND_DOWN } from './countingVersions.js';
import { pluginFolders, right, startRuntime } from './pluginFolders.js';

/** Keeps the count as `{ total }`, in version 3 of its state, with ways to both others. */
const thirdCounter = (version: string) =>
  recounter(
    version,
    `export const migrate = (state, from, to) => {
  const n = state.n ?? state.count ?? state.total;
  return to === 1 ? { n } : to === 2 ? { count: n } : { total: n };
};`,
  )
    .replace('({ count: n })', '({ total: n })')
    .replace('state?.count', 'state?.total')
    .replace('state.count;', 'state.total;');

interface Program {
  readonly source: string;
  readonly schema: number;
}

/** What a person may save. Those of version 2 and 3 have ways up and down, but for the one that has only a way up. */
const programs: readonly Program[] = [
  { source: counter('a1'), schema: 1 },
  { source: counter('b1'), schema: 1 },
  { source: recounter('a2', UP_AND_DOWN), schema: 2 },
  { source: recounter('b2', UP_AND_DOWN), schema: 2 },
  { source: recounter('c2', ONLY_UP), schema: 2 },
  { source: thirdCounter('a3'), schema: 3 },
];

type Step =
  | { readonly do: 'call' | 'prove' | 'back' | 'restart' | 'kill' }
  | { readonly do: 'save'; readonly program: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.constant<Step>({ do: 'call' }), weight: 4 },
  {
    arbitrary: fc
      .nat({ max: programs.length - 1 })
      .map((program): Step => ({ do: 'save', program })),
    weight: 4,
  },
  ...(['prove', 'back', 'restart', 'kill'] as const).map((name) => ({
    arbitrary: fc.constant<Step>({ do: name }),
    weight: 1,
  })),
);

/** A machine on which one host after another runs one plugin. Its stores outlive the hosts. */
async function machine() {
  const folders = pluginFolders();
  const power = { savesLeft: Number.POSITIVE_INFINITY, isCut: false, landed: new Set<string>() };
  const [states, notes] = [
    withPower(memoryStateStore(), power),
    withPower(memoryStateStore(), power),
  ];
  const write = ({ source, schema }: Program) =>
    folders.plugin('a', { 'index.ts': source }, `state-version = ${schema}`);
  const start = async () => {
    const time = new VirtualTime();
    // A host closes its store when it ends; what is on the disk stays.
    const own = { ...notes, close: () => Promise.resolve() };
    const versions = provisionalVersions(own, { scheduler: time, confirmAfterMs: 1_000 });
    const { runtime } = startRuntime({ trials: versions, files: versions.files, store: states });
    const events: UnstampedEvent[] = [];
    runtime.events$.subscribe((event) => events.push(event));
    await lastValueFrom(versions.load(runtime.loadEach(folders.dir)).pipe(toArray()));
    return {
      runtime,
      events,
      count: async () => Number(await runtime.call('a', 'count')),
      version: async () => String(await runtime.call('a', 'version')),
      /** What serves has served for long enough. */
      prove: async () => {
        time.flush();
        await vi.waitFor(async () => {
          const noted = right(await notes.load('versions.ledger')());
          expect(JSON.stringify(noted)).toMatch(/"trials":\[\]/);
        });
      },
      close: async () => {
        await runtime.close();
        await versions.close();
      },
    };
  };
  return { write, start, power };
}

interface Power {
  /** How many more saves land. */
  savesLeft: number;
  /** Whether a save did not: nothing of this host is seen any more. */
  isCut: boolean;
  /** Names of the records that landed since the last look. */
  readonly landed: Set<string>;
}

/** A store whose host loses its power after so many saves: later ones neither land nor end. */
function withPower(store: StateStore, power: Power): StateStore {
  return {
    ...store,
    save: (record) => async () => {
      if (power.savesLeft <= 0) {
        power.isCut = true;
        return new Promise(() => undefined);
      }
      power.savesLeft -= 1;
      power.landed.add(`${record.plugin} ${record.codeHash === '' ? '' : record.schema}`);
      return store.save(record)();
    },
  };
}

/** A suspect on disk, which was refused, is saved again after a person went back from another version: it stays refused. */
const SUSPECT_AGAIN: Step[] = [
  { do: 'save', program: 5 },
  { do: 'kill' },
  { do: 'save', program: 0 },
  { do: 'save', program: 5 },
  { do: 'back' },
  { do: 'save', program: 5 },
];

/** Draws of 60 histories until all that is rare was reached. */
const MAX_DRAW_COUNT = 6;

describe('a counter whose state changes its format', () => {
  test('loses no acknowledged call without a word, and always serves, whatever happens', {
    timeout: 120_000,
  }, async () => {
    const reached = new Map<string, number>();
    const rare = ['save', 'back', 'restart', 'kill', 'lost'];
    const isReached = () => rare.every((name) => (reached.get(name) ?? 0) > 5);
    const histories = fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 14 }),
      async (steps) => {
        const { write, start } = await machine();
        write({ source: counter('first'), schema: 1 });
        let host = await start();
        await host.prove();
        /** Calls that were answered, and how many of them are durable. */
        const model = { count: 0, acknowledged: 0 };
        /** What a person went back to, while its successor is still on disk. */
        let wentBackTo: string | undefined;
        let onDisk: Program | undefined;
        for (const [at, now] of steps.entries()) {
          const told = host.events.length;
          const before = await host.version();
          const isKill = now.do === 'kill';
          switch (now.do) {
            case 'call':
              await host.runtime.call('a', 'next');
              model.count += 1;
              break;
            case 'save': {
              const program = programs[now.program];
              if (program === undefined) throw new Error('no such program');
              write(program);
              const reloaded = await host.runtime.reloadPlugin('a')();
              const isNew = isRight(reloaded) && reloaded.right.from !== reloaded.right.to;
              if (isNew) model.acknowledged = model.count;
              if (program !== onDisk) wentBackTo = undefined;
              onDisk = program;
              break;
            }
            case 'back': {
              const back = await orderBack(host.runtime, 'a', { reason: 'it is slow' });
              if (isRight(back)) {
                model.acknowledged = model.count;
                wentBackTo = await host.version();
              }
              break;
            }
            case 'prove':
              await host.prove();
              break;
            case 'restart':
              await host.close();
              model.acknowledged = model.count;
              host = await start();
              break;
            case 'kill':
              host = await start();
              break;
          }
          const where = `step ${at}: ${now.do}`;
          expect(host.runtime.plugins(), where).toMatchObject([{ status: 'serving' }]);
          const news = host.events.slice(now.do === 'restart' || isKill ? 0 : told);
          const isLossTold = news.some(({ _tag }) => _tag === 'StateLost');
          const count = await host.count();
          const least = isKill ? model.acknowledged : model.count;
          if (!isLossTold) {
            expect(count, `${where}: no loss is told`).toBeGreaterThanOrEqual(least);
          }
          expect(count, where).toBeLessThanOrEqual(model.count);
          // Only `c2` has no way down. A start may serve an older version, in place of a suspect: nobody is there who knows the way.
          const isStartOfOther = now.do === 'restart' && (await host.version()) !== before;
          if (!isKill && !isStartOfOther && before !== 'c2') {
            expect(isLossTold, where).toBe(false);
          }
          if (wentBackTo !== undefined) expect(await host.version(), where).toBe(wentBackTo);
          reached.set(now.do, (reached.get(now.do) ?? 0) + 1);
          if (isLossTold) reached.set('lost', (reached.get('lost') ?? 0) + 1);
          model.count = count;
          model.acknowledged = Math.min(model.acknowledged, count);
        }
      },
    );
    // A draw of 60 reaches each of them more than five times, but for one draw in about thirty.
    for (let draw = 1; draw === 1 || (!isReached() && draw <= MAX_DRAW_COUNT); draw += 1) {
      await fc.assert(histories, { numRuns: 60, examples: [[SUSPECT_AGAIN]] });
    }
    // Not a check of the code: shows that the histories reach what they are for.
    for (const name of rare) expect(reached.get(name), name).toBeGreaterThan(5);
  });
});

type Way = (
  host: Awaited<ReturnType<Awaited<ReturnType<typeof machine>>['start']>>,
  write: (program: Program) => void,
) => Promise<unknown>;

describe('a host that loses its power on the way back', () => {
  const first: Program = { source: counter('v1'), schema: 1 };
  const ways: Readonly<Record<string, Way>> = {
    'the bytes of the version before': async ({ runtime }, write) => {
      write(first);
      return runtime.reloadPlugin('a')();
    },
    'an order': ({ runtime }) => orderBack(runtime, 'a', { reason: 'it is slow' }),
    'an order with a number': ({ runtime }) =>
      orderBack(runtime, 'a', { to: 1, reason: 'it is slow' }),
    'an order, then one more': async ({ runtime }) => {
      await orderBack(runtime, 'a', { to: 1, reason: 'it is slow' });
      return runtime.replacePlugin('a', 2)();
    },
  };

  describe.each(Object.keys(ways))('%s', (name) => {
    test.each([
      ['down and up', UP_AND_DOWN],
      ['only up', ONLY_UP],
    ])('serves after the next start, and tells each loss: %s', async (_what, migrate) => {
      let isWholeWay = false;
      for (let savesLeft = 0; !isWholeWay; savesLeft += 1) {
        expect(savesLeft).toBeLessThan(20);
        const { write, start, power } = await machine();
        write(first);
        const host = await start();
        await host.prove();
        for (let call = 0; call < 5; call += 1) await host.runtime.call('a', 'next');
        write({ source: recounter('v2', migrate), schema: 2 });
        right(await host.runtime.reloadPlugin('a')());
        await host.prove();
        for (let call = 0; call < 3; call += 1) await host.runtime.call('a', 'next');

        power.savesLeft = savesLeft;
        power.landed.clear();
        let isOver = false;
        void ways[name]?.(host, write).then(() => (isOver = true));
        await vi.waitFor(() => expect(isOver || power.isCut).toBe(true), { timeout: 25_000 });
        const isLossTold = host.events.some(({ _tag }) => _tag === 'StateLost');
        isWholeWay = !power.isCut;
        power.savesLeft = Number.POSITIVE_INFINITY;

        const next = await start();
        expect(next.runtime.plugins()).toMatchObject([{ status: 'serving' }]);
        const isLossToldLater = next.events.some(({ _tag }) => _tag === 'StateLost');
        // The three calls are acknowledged when the state of the version that leaves has landed.
        const isAcknowledged = power.landed.has('a 2');
        const least = !isAcknowledged || isLossTold || isLossToldLater ? 5 : 8;
        expect(await next.count(), `after ${savesLeft} saves`).toBeGreaterThanOrEqual(least);
        if (isWholeWay && migrate === UP_AND_DOWN && name !== 'an order, then one more') {
          expect([await next.count(), isLossTold, isLossToldLater]).toEqual([8, false, false]);
          // Bytes that were saved again are on trial, so that the host's end makes them suspect. An order is trusted.
          const expected = name.startsWith('an order') ? 'v1' : 'v2';
          expect(await next.version()).toBe(expected);
        }
      }
    });
  });
});
