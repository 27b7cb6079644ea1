import { receiveMessageOnPort } from 'node:worker_threads';
import type { Question, QuestionLine } from './workerProtocol.js';

/** How long a worker waits for an answer. A late one means that the host's event loop is blocked. */
const LIMIT_MS = 2_000;
/** A `require` has no other way, so it waits for longer. The deadlines of a load and of a call end it before. */
const REQUIRE_LIMIT_MS = 10_000;

/** Number of the newest question. */
let lastNumber = 0;

/** How a worker asks its host, and has the answer in the same turn. Undefined when the answer is late. */
export type AskHost = (question: Question) => unknown;

/**
 * Asks the host, and blocks the thread until it answers: for stack traces, computed imports and
 * `require`, which need the answer in the same turn.
 * Undefined when the answer is late.
 */
export function askHost({ port, answered }: QuestionLine, question: Question): unknown {
  lastNumber += 1;
  const isRequire = question.kind === 'require' || question.kind === 'moduleAt';
  const limitMs = isRequire ? REQUIRE_LIMIT_MS : LIMIT_MS;
  port.postMessage([lastNumber, question]);
  for (;;) {
    const before = Atomics.load(answered, 0);
    const got: { readonly message: unknown } | undefined = receiveMessageOnPort(port);
    if (got === undefined) {
      if (Atomics.wait(answered, 0, before, limitMs) === 'timed-out') return undefined;
    } else if (Array.isArray(got.message)) {
      const reply: readonly unknown[] = got.message;
      const [number, answer] = reply;
      // Not ours: the late answer to an earlier question, which is dropped.
      if (number === lastNumber) return answer;
    }
  }
}

/** The host's end of the line: answers each question in the turn in which it arrives. */
export function answerQuestions(
  { port, answered }: QuestionLine,
  answer: (question: Question) => unknown,
): void {
  port.on('message', ([number, question]: readonly [number, Question]) => {
    let reply: unknown;
    try {
      reply = answer(question);
    } finally {
      // Also when answering throws: the thread must not wait for nothing.
      port.postMessage([number, reply]);
      Atomics.add(answered, 0, 1);
      Atomics.notify(answered, 0);
    }
  });
  port.unref();
}
