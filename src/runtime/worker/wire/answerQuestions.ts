import type { Question, QuestionLine } from './workerProtocol.js';

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
