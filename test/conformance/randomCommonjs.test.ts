import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { PluginRuntime } from '../../src/runtime/index.js';
import type { ConformanceCase } from './support/ConformanceCase.js';
import { hotpipeAnswers } from './support/hotpipeAnswers.js';
import { nodePeers, peerAnswers } from './support/peerAnswers.js';
import { COMMONJS_PROGRAM, randomCommonjs } from './support/randomCommonjs.js';
import type { RandomGraph } from './support/randomGraph.js';

/** HOTPIPE_GRAPHS=count runs more; HOTPIPE_GRAPH=seed runs one and shows it. */
const COUNT = Number(process.env.HOTPIPE_GRAPHS ?? 1_500);
const PER_PROGRAM_COUNT = 250;
const [ONLY] = [process.env.HOTPIPE_GRAPH].flatMap((seed) =>
  seed === undefined ? [] : [Number(seed)],
);

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-commonjs-')));
const runtime = new PluginRuntime({ root: dir });
afterAll(async () => {
  await runtime.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('random graphs of CommonJS and modules run as under Node: the same trace, or the same error', () => {
  const seeds = ONLY === undefined ? Array.from({ length: COUNT }, (_, seed) => seed) : [ONLY];
  const programs: number[][] = [];
  while (seeds.length > 0) programs.push(seeds.splice(0, PER_PROGRAM_COUNT));

  test.each(programs.map((list) => ({ list, from: list[0], to: list.at(-1) })))(
    'seeds $from to $to',
    async ({ list }) => {
      const graphs = list.map((seed) => ({ seed, graph: randomCommonjs(seed) }));
      const program = programOf(graphs);
      const name = `commonjs-${list[0]}`;
      // Every tenth program runs in a thread too, where each file is asked of the host.
      const modes = (list[0] ?? 0) % (PER_PROGRAM_COUNT * 10) === 0 ? MODES : MODES.slice(0, 1);
      const [node] = await peerAnswers(nodePeers()[0], [program], join(dir, name, 'node'), 120_000);
      const expected = tracesIn(node?.[0]);
      expect(expected).toHaveLength(list.length);
      for (const mode of modes) {
        const own = { runtime, one: program, dir: join(dir, name, mode), name: `${name}-${mode}` };
        const traces = tracesIn((await hotpipeAnswers({ ...own, mode }))[0]);
        for (const [at, { seed, graph }] of graphs.entries()) {
          const about = { seed, mode, files: graph.files };
          const trace = expected[at] ?? '';
          // Node's own slip, after it refused a module: from there on there is nothing to compare.
          const end = trace.split(/^.*ERR_INTERNAL_ASSERTION/m)[0]?.length;
          const shown = (text: string | undefined) => text?.slice(0, end);
          expect({ ...about, trace: shown(traces[at]) }).toEqual({ ...about, trace: shown(trace) });
        }
      }
      rmSync(join(dir, name), { recursive: true });
    },
    300_000,
  );
});

const MODES = ['in-process', 'worker'] as const;

function programOf(
  graphs: readonly { readonly seed: number; readonly graph: RandomGraph }[],
): ConformanceCase {
  const files: Record<string, string> = { 'index.js': COMMONJS_PROGRAM };
  for (const { seed, graph } of graphs) {
    for (const [file, text] of Object.entries(graph.files)) files[`g${seed}/${file}`] = text;
  }
  const orders = graphs.map(({ seed, graph }) => ({ folder: `g${seed}`, entries: graph.entries }));
  // As JSON, so that the answer can be read again.
  return {
    name: 'graphs',
    files: {
      ...files,
      'main.js': `import { value as run } from './index.js'; export const value = async (graphs) => JSON.stringify(await run(graphs));`,
    },
    entry: 'main.js',
    args: [orders],
    expect: { value: undefined },
  };
}

function tracesIn(answer: object | undefined): readonly string[] {
  const text: unknown = answer === undefined ? undefined : Reflect.get(answer, 'value');
  if (typeof text !== 'string') throw new Error(`the program failed: ${JSON.stringify(answer)}`);
  // The answer is the text of a string, as `inspect` shows it.
  const json: unknown = new Function(`return ${text}`)();
  const traces: unknown = JSON.parse(String(json));
  return Array.isArray(traces) ? traces.map(String) : [];
}
