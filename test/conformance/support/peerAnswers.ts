import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Answer } from './answer.mjs';
import { type ConformanceCase, entryOf, statesOf } from './ConformanceCase.js';

const PROGRAM = fileURLToPath(new URL('./peer.mjs', import.meta.url));
const TSX = import.meta.resolve('tsx');

/** A program that runs plain files: Node, or Node with tsx. */
export interface Peer {
  readonly command: string;
  readonly flags: readonly string[];
}

export const tsxPeer: Peer = { command: process.execPath, flags: ['--import', TSX] };

/**
 * Node 24, the yardstick: the Node that runs the tests, or the program that HOTPIPE_NODE24 names (`.ci/run` installs it). Where it is
 * absent, the Node that runs stands in for it.
 */
export function nodePeer(): { readonly peer: Peer; readonly isYardstick: boolean } {
  const isNewEnough = Number.parseInt(process.versions.node) >= 24;
  const named = process.env.HOTPIPE_NODE24;
  const command = isNewEnough ? process.execPath : (named ?? process.execPath);
  return {
    peer: { command, flags: ['--disable-warning=ExperimentalWarning'] },
    isYardstick: isNewEnough || named !== undefined,
  };
}

interface Order {
  readonly folder: string;
  readonly path: string;
  readonly call: string;
  readonly args: readonly unknown[];
}

/** The answers of a peer, per case and step. All cases run in one process; one that ends the process is its own answer. */
export async function peerAnswers(
  { command, flags }: Peer,
  cases: readonly ConformanceCase[],
  dir: string,
): Promise<readonly (readonly Answer[])[]> {
  const orders = cases.map((one, at) => ordersOf(one, join(dir, String(at))));
  const flat = orders.flat();
  const answers: Answer[] = [];
  while (answers.length < flat.length) {
    const rest = flat.slice(answers.length);
    const given = await answersOfProcess(command, [...flags, PROGRAM], rest);
    answers.push(...given);
    if (given.length < rest.length) {
      answers.push({ error: { name: 'Ended', message: 'the process ended' } });
    }
  }
  let start = 0;
  return orders.map(({ length }) => answers.slice(start, (start += length)));
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
    const path = join(folder, entryOf(one));
    return { folder, path, call: one.call ?? 'value', args: one.args ?? [] };
  });
}

function answersOfProcess(
  command: string,
  args: readonly string[],
  orders: readonly Order[],
): Promise<readonly Answer[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
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
