import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { atTurnEnd } from '../../../src/runtime/adapters/eventLoop.js';
import { BatchedPort } from '../../../src/runtime/worker/wire/BatchedPort.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const opened: MessagePort[] = [];
afterEach(() => opened.splice(0).forEach((port) => port.close()));

/** A port that records what is posted: of a batch the number of answers in it, of any other message the message. */
function recorded() {
  const { port1 } = new MessageChannel();
  opened.push(port1);
  const posted: unknown[] = [];
  const numbers: unknown[] = [];
  vi.spyOn(port1, 'postMessage').mockImplementation((message: unknown) => {
    if (!Array.isArray(message)) return void posted.push(message);
    posted.push(message.length / 3);
    for (let i = 0; i < message.length; i += 3) numbers.push(message[i]);
  });
  return { out: new BatchedPort(port1, atTurnEnd), posted, numbers };
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('the answers of one turn', () => {
  it('go out in one message at the end of the turn when there are few', async () => {
    const { out, posted } = recorded();
    for (const id of upTo(15)) out.answer(id, 0, 'done');
    expect(posted).toEqual([]);
    await turn();
    expect(posted).toEqual([15]);
  });

  it('go out by sixteen at once when there are more, so that the other thread starts on them', async () => {
    const { out, posted, numbers } = recorded();
    for (const id of upTo(40)) out.answer(id, 0, 'done');
    expect(posted).toEqual([16, 16]);
    await turn();
    expect(posted).toEqual([16, 16, 8]);
    expect(numbers).toEqual(upTo(40));
  });

  it('go out in messages of at most 1,024, one per turn, so that no turn takes long', async () => {
    const { out, posted, numbers } = recorded();
    for (const id of upTo(5_000)) out.answer(id, 0, 'done');
    expect(posted).toEqual(Array.from({ length: 64 }, () => 16));
    await turn().then(turn).then(turn).then(turn);
    expect(posted.slice(64)).toEqual([1_024, 1_024, 1_024, 904]);
    expect(numbers).toEqual(upTo(5_000));
  });

  it('go out early again in the next turn', async () => {
    const { out, posted } = recorded();
    for (const id of upTo(1_024)) out.answer(id, 0, 'done');
    await turn();
    posted.length = 0;
    for (const id of upTo(16)) out.answer(id, 0, 'done');
    expect(posted).toEqual([16]);
  });

  it('arrive in one flat list, with any number of arguments per call', async () => {
    const { port1, port2 } = new MessageChannel();
    opened.push(port1, port2);
    const received = once(port2, 'message');
    const out = new BatchedPort(port1, atTurnEnd);
    out.call(1, 'none', []);
    out.call(2, 'two', [undefined, [3]]);
    expect(await received).toEqual([[1, 'none', 0, 2, 'two', 2, undefined, [3]]]);
  });

  it('keep their place before a message of its own', () => {
    const { out, posted, numbers } = recorded();
    for (const id of upTo(1_100)) out.answer(id, 0, 'done');
    out.post({ kind: 'hurry' });
    expect(posted.slice(-2)).toEqual([76, { kind: 'hurry' }]);
    expect(numbers).toEqual(upTo(1_100));
  });
});
