import type { Clock } from '../disk/Clock.js';
import type { Directory } from '../forest/Directory.js';
import type { LiveTree } from '../tree/LiveTree.js';

/** The longest that the backend may take to answer whether it watches a directory, in milliseconds. */
const answerMs = 5000;

export interface AnswerDeadlinePorts {
  readonly clock: Clock;
  readonly tree: LiveTree;
  /** Called with each directory for which no answer came in time. */
  readonly onTimeout: (directory: Directory) => void;
}

/** Waits for the backend to answer whether it watches the directories that it was asked to, and gives up after a while. */
export class AnswerDeadline {
  readonly #ports: AnswerDeadlinePorts;
  /** Set while the backend owes an answer. */
  #cancel: (() => void) | undefined;

  constructor(ports: AnswerDeadlinePorts) {
    this.#ports = ports;
  }

  /** Waits from now on, if an answer is due. Returns whether one is. */
  restart(): boolean {
    const { clock, tree } = this.#ports;
    this.close();
    if (tree.unanswered.size === 0) return false;
    this.#cancel = clock.after(answerMs, () => this.#giveUp());
    return true;
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #giveUp(): void {
    const { tree, onTimeout } = this.#ports;
    this.#cancel = undefined;
    for (const directory of [...tree.unanswered]) onTimeout(directory);
  }
}
