import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldHealth } from '../../../src/model/reload/foldHealth.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { manifest } from '../runtime/pluginFolders.js';
import { type PipelineHost, startHost } from './pluginChain.js';

/** Each needs the next one. */
const CHAIN = ['a', 'b', 'c', 'd'] as const;
type Name = (typeof CHAIN)[number];

/** What is on disk of one plugin. */
interface Laid {
  readonly major: number;
  /** The major version of the next plugin that it needs; 0 for none. */
  readonly needs: number;
  readonly isBroken: boolean;
  /** Tells each save from all others. */
  readonly nonce: number;
}

interface Save extends Omit<Laid, 'nonce'> {
  readonly name: Name;
  /** What happens before the next save. */
  readonly then: 'nothing' | 'turn' | 'rest';
}

const save: fc.Arbitrary<Save> = fc.record({
  name: fc.constantFrom(...CHAIN),
  major: fc.integer({ min: 1, max: 2 }),
  needs: fc.integer({ min: 0, max: 2 }),
  isBroken: fc.nat(5).map((draw) => draw === 0),
  then: fc.constantFrom('nothing', 'turn', 'rest'),
});

const next = (name: Name): Name | undefined => CHAIN[CHAIN.indexOf(name) + 1];
const before = (name: Name): Name | undefined => CHAIN[CHAIN.indexOf(name) - 1];

function write({ folders }: Pick<PipelineHost, 'folders'>, name: Name, laid: Laid): void {
  const needed = next(name);
  const lines =
    needed === undefined || laid.needs === 0
      ? ''
      : `dependencies = { ${needed} = "^${laid.needs}.0.0" }`;
  const text = manifest(name, lines).replace('1.0.0', `${laid.major}.0.0`);
  folders.write(`${name}/plugin.toml`, `${text}# ${laid.nonce}\n`);
  const own = JSON.stringify(laid);
  const code = laid.isBroken ? 'export const = ;' : `export const laid = () => (${own});`;
  folders.write(`${name}/index.ts`, `${code}\n// ${laid.nonce}`);
}

type Served = Partial<Record<Name, Laid>>;

async function servedNow({ runtime }: PipelineHost): Promise<Served> {
  const served: Served = {};
  for (const name of CHAIN) {
    const answer = await runtime.call(name, 'laid').catch(() => undefined);
    if (isLaid(answer)) served[name] = answer;
  }
  return served;
}

function isLaid(value: unknown): value is Laid {
  return typeof value === 'object' && value !== null && 'nonce' in value;
}

const OUTCOMES: ReadonlySet<string> = new Set([
  ...['Loaded', 'Reloaded', 'Unchanged', 'Removed', 'ReloadFailed'],
]);

/** Whether nothing was to be done for a save. What another plugin causes never ends so. */
function isOfSave(event: ReloadEvent): boolean {
  return event._tag === 'Unchanged' && event.changes !== undefined && event.changes.length > 0;
}

/**
 * Why what is on disk cannot serve beside what serves, each in words that its failure may have; empty when it can.
 * A refusal names what stood in the way when it was made: of two reasons that hold, either is true.
 */
function obstacles(
  name: Name,
  disk: Readonly<Record<Name, Laid>>,
  served: Served,
): readonly string[] {
  const own = disk[name];
  const found = own.isBroken ? ['index.ts'] : [];
  const needed = next(name);
  if (needed !== undefined && own.needs > 0 && served[needed]?.major !== own.needs) {
    found.push(`needs "${needed}"`);
  }
  const dependant = before(name);
  const serving = dependant === undefined ? undefined : served[dependant];
  if (dependant === undefined || serving === undefined) return found;
  const isServed = serving.needs === 0 || serving.needs === own.major;
  // Its manifest on disk counts also while its code is broken.
  const isNext = disk[dependant].needs === own.major;
  return isServed || isNext ? found : [...found, `"${dependant}" serves`];
}

/** What does not hold of the end of a history; empty when all does. */
async function complaints(
  host: PipelineHost,
  disk: Readonly<Record<Name, Laid>>,
): Promise<readonly string[]> {
  const served = await servedNow(host);
  const health = host.events.reduce(
    (folded, event) => foldHealth(folded, event),
    foldHealth(undefined),
  );
  const { changeCount, committedCount, failedCount, supersededCount } = health;
  const { unchangedCount, removedCount } = health;
  const ended = committedCount + failedCount + supersededCount + unchangedCount + removedCount;
  const found = changeCount === ended ? [] : [`${changeCount} changes, ${ended} ends`];
  for (const name of CHAIN) {
    const last = host.lastEnd(name);
    const reasons = obstacles(name, disk, served);
    const isServed = served[name]?.nonce === disk[name].nonce;
    if (health.plugins[name]?.isReloading === true) found.push(`${name} is reloading`);
    if (reasons.length === 0) {
      if (!isServed) found.push(`${name} could serve, and does not`);
      // An attempt may read the bytes of the next save already: that one then ends as `Unchanged`.
      const told = host.of(name).findLast((event) => OUTCOMES.has(event._tag) && !isOfSave(event));
      if (told?._tag !== 'Loaded' && told?._tag !== 'Reloaded') {
        found.push(`${name} serves, and was last told as ${told?._tag}`);
      }
    } else if (!isServed) {
      const message = last?._tag === 'ReloadFailed' ? last.error.message : last?._tag;
      if (!reasons.some((reason) => message?.includes(reason))) {
        found.push(`${name}: ${message} says none of ${reasons.join(', ')}`);
      }
    }
  }
  return found;
}

test('whatever is saved in whatever order: what fits serves, and the last event of each plugin says how it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(save, { minLength: 1, maxLength: 8 }), async (saves) => {
      let nonce = 0;
      const disk: Record<Name, Laid> = {
        a: { major: 1, needs: 1, isBroken: false, nonce: 0 },
        b: { major: 1, needs: 1, isBroken: false, nonce: 0 },
        c: { major: 1, needs: 1, isBroken: false, nonce: 0 },
        d: { major: 1, needs: 0, isBroken: false, nonce: 0 },
      };
      const host = await startHost(
        (empty) => {
          for (const name of CHAIN) write(empty, name, disk[name]);
        },
        { concurrency: 2, debounce: { minMs: 2, maxMs: 8 } },
      );
      const rest = async () => {
        let found: readonly string[] = [];
        const limitMs = Date.now() + 20_000;
        do {
          found = await complaints(host, disk);
        } while (found.length > 0 && Date.now() < limitMs && (await turn()));
        const told = host.events.map((event) => JSON.stringify(event)).join('\n');
        expect(found, told).toEqual([]);
      };
      try {
        for (const { name, then, ...laid } of saves) {
          nonce += 1;
          disk[name] = { ...laid, needs: name === 'd' ? 0 : laid.needs, nonce };
          write(host, name, disk[name]);
          host.saved(`${name}/plugin.toml`, `${name}/index.ts`);
          if (then === 'turn') await turn();
          if (then === 'rest') await rest();
        }
        await rest();
      } finally {
        host.pipeline.unsubscribe();
        await host.runtime.close();
      }
    }),
    { numRuns: 25, interruptAfterTimeLimit: 60_000 },
  );
}, 120_000);

/** Lets timers and files go on. */
function turn(): Promise<true> {
  return new Promise((resolve) => setTimeout(() => resolve(true), 5));
}
