import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Answer } from './answer.mjs';
import {
  type ConformanceCase,
  entryOf,
  expectationsOf,
  hasTypescript,
  statesOf,
} from './ConformanceCase.js';
import { makeLinks } from './makeLinks.js';

const PROGRAM = fileURLToPath(new URL('./peer.mjs', import.meta.url));
const TSX = import.meta.resolve('tsx');

/** A program that runs plain files: Node, or Node with tsx. */
export interface Peer {
  readonly runner: 'node' | 'olderNode' | 'tsx';
  readonly command: string;
  readonly flags: readonly string[];
  /** The variable that names its `tsconfig.json`. It has one per process, so that a case with one has a process of its own. */
  readonly tsconfigVariable?: string;
}

export const tsxPeer: Peer = {
  runner: 'tsx',
  command: process.execPath,
  flags: ['--import', TSX],
  tsconfigVariable: 'TSX_TSCONFIG_PATH',
};

/**
 * Node 24, the yardstick: the Node that runs the tests, or the program that HOTPIPE_NODE24 names (`.ci/run` installs it). A Node before 24
 * that runs the tests is asked too, so that what a newcomer sees without a yardstick is tried wherever there is one.
 */
export function nodePeers(): readonly [Peer, ...Peer[]] {
  const flags = ['--disable-warning=ExperimentalWarning'];
  const own = process.execPath;
  if (Number.parseInt(process.versions.node) >= 24)
    return [{ runner: 'node', command: own, flags }];
  const named = process.env.HOTPIPE_NODE24;
  const older: Peer = { runner: 'olderNode', command: own, flags };
  return named === undefined ? [older] : [{ runner: 'node', command: named, flags }, older];
}

interface Order {
  readonly folder: string;
  readonly path: string;
  readonly call: string;
  readonly args: readonly unknown[];
  /** Of the folder, when it has one. */
  readonly tsconfig: string | undefined;
}

/** The answers of a peer, per case and step. All cases run in one process; one that ends the process is its own answer. */
export async function peerAnswers(
  peer: Peer,
  cases: readonly ConformanceCase[],
  dir: string,
  maxAnswerMs = 2_000,
): Promise<readonly (readonly Answer[])[]> {
  const orders = cases.map((one, at) => ordersOf(one, join(dir, String(at))));
  const asked = orders.flatMap((own, at) =>
    own.filter((_order, step) => isAsked(peer, cases[at], step)),
  );
  /** By folder. */
  const answers = new Map<string, Answer>();
  for (const group of groupsOf(peer, asked, dir)) {
    const given = await answersOf(peer, group, maxAnswerMs);
    for (const [at, order] of group.entries()) {
      const answer = given[at];
      if (answer !== undefined) answers.set(order.folder, answer);
    }
  }
  return orders.map((own) => own.map((order) => answers.get(order.folder) ?? NOT_ASKED));
}

/** The answer to a step that the peer cannot run at all. */
const NOT_ASKED: Answer = { value: 'not asked' };

function isAsked({ runner }: Peer, one: ConformanceCase | undefined, step: number): boolean {
  if (one === undefined || (runner === 'olderNode' && hasTypescript(one))) return false;
  return expectationsOf(one, runner)[step] !== undefined;
}

/**
 * The orders that one process may run, one after the other: those with the same `tsconfig.json`, if that names no paths. It is written
 * beside the folders then, since it counts for files below it.
 */
function groupsOf(
  peer: Peer,
  orders: readonly Order[],
  dir: string,
): readonly (readonly Order[])[] {
  const groups = new Map<string, Order[]>();
  for (const order of orders) {
    const path = peer.tsconfigVariable === undefined ? undefined : order.tsconfig;
    const text = path === undefined ? '' : readFileSync(path, 'utf8');
    const isAlone = /"(?:paths|baseUrl|extends|references)"/.test(text);
    const shared = join(dir, `tsconfig.${groups.size}.json`);
    const key = isAlone ? `${text} ${path}` : text;
    const group = groups.get(key) ?? [];
    if (group.length === 0 && !isAlone && text !== '') writeFileSync(shared, text);
    const tsconfig = isAlone || text === '' ? path : (group[0]?.tsconfig ?? shared);
    groups.set(key, [...group, { ...order, tsconfig }]);
  }
  return [...groups.values()];
}

async function answersOf(
  { command, flags, tsconfigVariable }: Peer,
  orders: readonly Order[],
  maxAnswerMs: number,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  while (answers.length < orders.length) {
    const rest = orders.slice(answers.length);
    const tsconfig = orders[0]?.tsconfig;
    const env = {
      ...process.env,
      HOTPIPE_MAX_ANSWER_MS: String(maxAnswerMs),
      ...(tsconfigVariable !== undefined &&
        tsconfig !== undefined && { [tsconfigVariable]: tsconfig }),
    };
    const given = await answersOfProcess(command, [...flags, PROGRAM], rest, env);
    answers.push(...given);
    if (given.length < rest.length) {
      answers.push({ error: { name: 'Ended', message: 'the process ended' } });
    }
  }
  return answers;
}

/** Writes each state of a case to a folder of its own, since a process loads a module once. */
function ordersOf(one: ConformanceCase, dir: string): readonly Order[] {
  return statesOf(one).map((files, step) => {
    const folder = join(dir, String(step), 'plugin');
    for (const [file, text] of Object.entries(files)) {
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    makeLinks(folder, one);
    const path = join(folder, entryOf(one));
    const tsconfig =
      files['tsconfig.json'] === undefined ? undefined : join(folder, 'tsconfig.json');
    return { tsconfig, folder, path, call: one.call ?? 'value', args: one.args ?? [] };
  });
}

function answersOfProcess(
  command: string,
  args: readonly string[],
  orders: readonly Order[],
  env: NodeJS.ProcessEnv,
): Promise<readonly Answer[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'ignore'] });
    const answers: Answer[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      const folder = orders[answers.length]?.folder ?? '';
      answers.push(JSON.parse(line.replaceAll(folder, '<dir>')));
    });
    child.on('error', reject);
    child.on('close', () => resolve(answers));
    // A process that ended takes no more orders.
    child.stdin.on('error', () => undefined);
    child.stdin.end(orders.map((order) => `${JSON.stringify(order)}\n`).join(''));
  });
}
