import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PluginRuntime } from '../../src/runtime/index.js';
import { type Answer, textOf } from './support/answer.mjs';
import {
  type ConformanceCase,
  type Expectation,
  expectationsOf,
  hasTypescript,
  type Runner,
} from './support/ConformanceCase.js';
import { hotpipeAnswers, type OwnAnswer } from './support/hotpipeAnswers.js';
import { nodePeers, peerAnswers, tsxPeer } from './support/peerAnswers.js';
import { RecordedAnswers } from './support/RecordedAnswers.js';

const nodes = nodePeers();
if (!nodes.some(({ runner }) => runner === 'node')) {
  console.log(
    `conformance: Node 24 is absent (set HOTPIPE_NODE24 to its program), so plain JavaScript is compared with Node ${process.version}, and TypeScript with tsx`,
  );
}

/** Each case in a thread is the start of a thread, and these take longer than all the rest. HOTPIPE_CONFORMANCE=long asks for all of them, and tsx for each. */
const WORKER_EVERY = process.env['HOTPIPE_CONFORMANCE'] === 'long' ? 1 : 4;

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-conformance-')));
const runtime = new PluginRuntime({ root: dir });
const recorded = new RecordedAnswers();
afterAll(async () => {
  recorded.close();
  await runtime.close();
  rmSync(dir, { recursive: true, force: true });
});

const folder = new URL('./cases/', import.meta.url);
const groups = await Promise.all(
  readdirSync(folder)
    .sort()
    .map(async (file) => ({ file, cases: await casesOf(new URL(file, folder)) })),
);

for (const { file, cases } of groups) {
  describe(file, () => {
    const answers = new Map<Runner, readonly (readonly Answer[])[]>();
    beforeAll(async () => {
      const asking = nodes.map(async (peer) => {
        answers.set(peer.runner, await peerAnswers(peer, cases, join(dir, file, peer.runner)));
      });
      const asked = (some: readonly ConformanceCase[]) =>
        peerAnswers(tsxPeer, some, join(dir, file, 'tsx'));
      answers.set('tsx', await recorded.of(cases, asked));
      await Promise.all(asking);
    }, 120_000);

    test('the names are unique, and each difference has its reason', () => {
      expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
      for (const one of cases) {
        const isDiffering = [one, ...(one.after ?? [])].some(({ differing }) => differing);
        expect(one.differs !== undefined, one.name).toBe(isDiffering);
      }
    });

    test.each(cases.map((one, at) => ({ name: one.name, one, at })))(
      '$name',
      async ({ one, at }) => {
        const own = (mode: 'in-process' | 'worker') =>
          hotpipeAnswers({
            runtime,
            one,
            mode,
            dir: join(dir, file, mode, String(at)),
            name: `${file.replace(/\W/g, '-')}-${at}-${mode}`.toLowerCase(),
          });
        const inProcess = await own('in-process');
        for (const [runner, given] of answers) {
          const isComparable = runner !== 'olderNode' || !hasTypescript(one);
          if (isComparable) compare(one, runner, given[at] ?? []);
        }
        compare(one, 'inProcess', inProcess);
        if (at % WORKER_EVERY === 0 || one.differs !== undefined)
          compare(one, 'worker', await own('worker'));
      },
    );
  });
}

async function casesOf(url: URL): Promise<readonly ConformanceCase[]> {
  const { cases } = await import(url.pathname);
  return cases;
}

function compare(one: ConformanceCase, runner: Runner, answers: readonly OwnAnswer[]): void {
  const expected = expectationsOf(one, runner);
  const shown = answers.map((answer, step) => shownAnswer(answer, expected[step]));
  expect({ runner, answers: shown }).toEqual({ runner, answers: expected.map(shownExpectation) });
}

/** An answer as far as it is compared: an error by the fields that are expected. */
function shownAnswer(answer: OwnAnswer, expected: Expectation | undefined): unknown {
  if (expected === undefined) return 'skipped';
  if ('value' in answer || !('error' in expected)) return answer;
  const { name, code, message } = expected.error;
  const { error } = answer;
  return {
    error: {
      ...(name !== undefined && { name: error.name }),
      ...(code !== undefined && { code: answer.isLoadFailure ? code : error.code }),
      ...(message && { message: message.test(error.message) ? String(message) : error.message }),
    },
  };
}

function shownExpectation(expected: Expectation | undefined): unknown {
  if (expected === undefined) return 'skipped';
  if ('value' in expected) return { value: textOf(expected.value) };
  const { message, ...rest } = expected.error;
  return { error: { ...rest, ...(message && { message: String(message) }) } };
}
