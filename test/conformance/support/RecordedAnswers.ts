import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Answer } from './answer.mjs';
import { type ConformanceCase, entryOf, statesOf } from './ConformanceCase.js';

type Answers = readonly Answer[];

const FILE = new URL('../answers/tsx.json', import.meta.url);
const versionOf = (name: string): unknown =>
  createRequire(import.meta.url)(`${name}/package.json`).version;
/** What decides the answers of tsx beside a case. */
const PEER = ['tsx', versionOf('tsx'), versionOf('esbuild'), process.versions.node.split('.')[0]];

/**
 * What tsx answers to cases with a `tsconfig.json`, which are a process each: 1 s of processor time, and there are 64 of them. Their answers
 * are kept by a hash of all that decides them, so a case that is new or changed is asked anew, and with another tsx or Node all are.
 *
 * `HOTPIPE_CONFORMANCE=long` asks all anew, and an answer that is kept must be the same. `npm run conformance:record` keeps what is answered.
 */
export class RecordedAnswers {
  readonly #mode = process.env['HOTPIPE_CONFORMANCE'];
  readonly #kept: ReadonlyMap<string, Answers> = readKept();
  readonly #given = new Map<string, Answers>();

  /** The answers to each case. `ask` asks tsx. */
  async of(
    cases: readonly ConformanceCase[],
    ask: (cases: readonly ConformanceCase[]) => Promise<readonly Answers[]>,
  ): Promise<readonly Answers[]> {
    const keys = cases.map((one) => (hasTsconfig(one) ? keyOf(one) : undefined));
    const isKept = (at: number) => this.#mode === undefined && this.#kept.has(keys[at] ?? '');
    const asked = [...cases.keys()].filter((at) => !isKept(at));
    const answered = await ask(asked.flatMap((at) => cases[at] ?? []));
    const live = new Map(asked.map((at, index) => [at, answered[index] ?? []]));
    return cases.map((one, at) => {
      const key = keys[at];
      const kept = key === undefined ? undefined : this.#kept.get(key);
      const answers = live.get(at) ?? kept ?? [];
      if (key !== undefined) this.#given.set(key, answers);
      const isOther = kept !== undefined && JSON.stringify(kept) !== JSON.stringify(answers);
      if (isOther && this.#mode !== 'record') {
        throw new Error(
          `${one.name}: tsx answers otherwise than is kept in answers/tsx.json: npm run conformance:record`,
        );
      }
      return answers;
    });
  }

  /** Writes down what was answered, when that was asked for. */
  close(): void {
    if (this.#mode !== 'record') return;
    const answers = Object.fromEntries([...this.#given].sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(FILE, `${JSON.stringify({ peer: PEER, answers }, undefined, 1)}\n`);
  }
}

function readKept(): ReadonlyMap<string, Answers> {
  const { peer, answers }: { peer: unknown; answers: Record<string, Answers> } = JSON.parse(
    readFileSync(FILE, 'utf8'),
  );
  const isSamePeer = JSON.stringify(peer) === JSON.stringify(PEER);
  return new Map(isSamePeer ? Object.entries(answers) : []);
}

function hasTsconfig(one: ConformanceCase): boolean {
  return statesOf(one).some((files) => Object.keys(files).some((file) => /tsconfig/.test(file)));
}

/** Of all that decides the answers of a peer to a case. What is expected is not among it. */
function keyOf(one: ConformanceCase): string {
  const { call, args, links } = one;
  const differing = [one, ...(one.after ?? [])].map((step) => step.differing?.tsx === 'skipped');
  const parts = [statesOf(one), entryOf(one), call, args, links, differing];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}
