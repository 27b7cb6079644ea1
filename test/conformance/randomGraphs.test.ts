import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PluginRuntime } from '../../src/runtime/index.js';
import type { Answer } from './support/answer.mjs';
import type { ConformanceCase } from './support/ConformanceCase.js';
import { hotpipeAnswers } from './support/hotpipeAnswers.js';
import { nodePeers, peerAnswers } from './support/peerAnswers.js';
import { randomGraph, TRACING_PROGRAM } from './support/randomGraph.js';

/** HOTPIPE_GRAPHS=count runs more; HOTPIPE_GRAPH=seed runs one and shows it. */
const COUNT =
  process.env.HOTPIPE_GRAPH === undefined ? Number(process.env.HOTPIPE_GRAPHS ?? 3_500) : 1;
const PER_PROGRAM_COUNT = 125;
const [ONLY] = [process.env.HOTPIPE_GRAPH].flatMap((seed) =>
  seed === undefined ? [] : [Number(seed)],
);

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-graphs-')));
const runtime = new PluginRuntime({ root: dir });
afterAll(async () => {
  await runtime.close();
  rmSync(dir, { recursive: true, force: true });
});

const programs = Array.from({ length: Math.ceil(COUNT / PER_PROGRAM_COUNT) }, (_, program) =>
  Array.from({ length: PER_PROGRAM_COUNT }, (_each, at) => program * PER_PROGRAM_COUNT + at),
).map((seeds) => (ONLY === undefined ? seeds : [ONLY]));

describe('random graphs of modules run as under Node: the same trace, or the same error', () => {
  /** By seed. */
  const expected = new Map<number, string>();
  const ended: number[] = [];

  beforeAll(async () => {
    const [peer] = nodePeers();
    const run = async (lists: readonly (readonly number[])[], name: string) => {
      const answers = await peerAnswers(peer, lists.map(programOf), join(dir, name), 300_000);
      return lists.map((seeds, at) => ({ seeds, traces: tracesIn(answers[at]?.[0]) }));
    };
    // All in one process: its start takes longer than a hundred graphs. Where it ended, each graph is a program of its own.
    const programsDone = await run(programs, 'node');
    const again = programsDone.filter(({ traces }) => traces === undefined);
    const alone = await run(
      again.flatMap(({ seeds }) => seeds.map((seed) => [seed])),
      'node-alone',
    );
    for (const { seeds, traces } of [...programsDone, ...alone]) {
      for (const [at, seed] of seeds.entries()) {
        const trace = traces?.[at];
        if (trace !== undefined) expected.set(seed, withoutSlip(trace));
        else if (seeds.length === 1) ended.push(seed);
      }
    }
  }, 900_000);

  test('Node itself runs nearly all of them', () => {
    if (ended.length > 0) console.log(`Node ends on the graphs of the seeds ${ended.join(', ')}`);
    expect(ended.length).toBeLessThanOrEqual(COUNT / 500);
    expect(expected.size + ended.length).toBe(programs.flat().length);
  });

  test.each(programs.map((seeds, at) => ({ seeds, at, from: seeds[0], to: seeds.at(-1) })))(
    'seeds $from to $to',
    async ({ seeds, at }) => {
      // Every tenth program runs in a thread too, where each file is asked of the host.
      for (const mode of at % 10 === 0 ? MODES : MODES.slice(0, 1)) {
        const name = `graphs-${at}-${mode}`;
        const own = { runtime, one: programOf(seeds), dir: join(dir, name), name, mode };
        const traces = tracesIn((await hotpipeAnswers(own))[0]);
        expect(traces).toHaveLength(seeds.length);
        for (const [index, seed] of seeds.entries()) {
          if (!expected.has(seed)) continue;
          const about = { seed, mode, files: randomGraph(seed).files };
          const trace = expected.get(seed);
          expect({ ...about, trace: traces?.[index] }).toEqual({ ...about, trace });
        }
        rmSync(join(dir, name), { recursive: true });
      }
    },
    300_000,
  );
});

/**
 * Once a cycle failed to link, Node 20 tells some of its modules that a request `is not in cache`, depending on the moment: its own error
 * instead of the language's SyntaxError.
 */
function withoutSlip(trace: string): string {
  return trace.replace(/Error: request for '[^']*' is not in cache/g, 'SyntaxError');
}

const MODES = ['in-process', 'worker'] as const;

function programOf(seeds: readonly number[]): ConformanceCase {
  const files: Record<string, string> = { 'index.js': TRACING_PROGRAM, 'main.js': MAIN };
  const orders = seeds.map((seed) => {
    const graph = randomGraph(seed);
    for (const [file, text] of Object.entries(graph.files)) files[`g${seed}/${file}`] = text;
    return { folder: `g${seed}`, entries: graph.entries };
  });
  return { name: 'graphs', files, entry: 'main.js', args: [orders], expect: { value: undefined } };
}

/** The traces as JSON, so that they can be read from the answer. */
const MAIN = `import { value as run } from './index.js';
export const value = async (graphs) => JSON.stringify(await run(graphs));`;

/** The traces in an answer. Undefined: the process ended before it answered. */
function tracesIn(answer: Answer | undefined): readonly string[] | undefined {
  if (answer === undefined || 'error' in answer) {
    if (answer?.error.name === 'Ended') return undefined;
    throw new Error(`the program failed: ${JSON.stringify(answer)}`);
  }
  // The answer is the text of a string, as `inspect` shows it.
  const json: unknown = new Function(`return ${answer.value}`)();
  const traces: unknown = JSON.parse(String(json));
  return Array.isArray(traces) ? traces.map(String) : [];
}
