import { receiveMessageOnPort } from 'node:worker_threads';
import type { Question, QuestionLine } from './workerProtocol.js';

/** A host whose loop is held up for longer leaves the question without an answer. */
const LIMIT_MS = 2_000;

let lastNumber = 0;

/** Asks the host and waits for its answer in the same turn, for where the language leaves no other: stack traces, resolving. */
export function askHost({ port, answered }: QuestionLine, question: Question): unknown {
  lastNumber += 1;
  port.postMessage([lastNumber, question]);
  for (;;) {
    const before = Atomics.load(answered, 0);
    const got: { readonly message: unknown } | undefined = receiveMessageOnPort(port);
    if (got === undefined) {
      if (Atomics.wait(answered, 0, before, LIMIT_MS) === 'timed-out') return undefined;
    } else if (Array.isArray(got.message)) {
      const reply: readonly unknown[] = got.message;
      const [number, answer] = reply;
      // An answer to an earlier question came too late, and is passed by.
      if (number === lastNumber) return answer;
    }
  }
}

/** The host's end of the line: answers each question in the turn that it comes in. */
export function answerQuestions(
  { port, answered }: QuestionLine,
  answer: (question: Question) => unknown,
): void {
  port.on('message', ([number, question]: readonly [number, Question]) => {
    port.postMessage([number, answer(question)]);
    Atomics.add(answered, 0, 1);
    Atomics.notify(answered, 0);
  });
  port.unref();
}
