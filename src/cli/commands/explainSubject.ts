import { existsSync } from 'node:fs';
import { type ExplainPathHost, explainPath, explainPlugin } from '../../explain/index.js';
import type { IgnoredPath } from '../../model/events/IgnoredPath.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { ControlAnswer } from '../control/controlProtocol.js';

/** Events that are remembered for explanations. A busy day of one person is about a tenth. */
const MAX_EVENTS = 10_000;
/** Paths whose last change was no event that are remembered. */
const MAX_IGNORED = 1_000;
/** What a person reads of a plugin's past. */
const LAST = 5;

/** What is asked about: a plugin's name, or a path. */
export interface Subject {
  readonly word: string;
  /** The word as an absolute path, from where it was typed. */
  readonly path: string;
}

/** Explains plugins and paths of one host, from the events that it remembers and from what is there now. */
export class Explainer {
  #events: ReloadEvent[] = [];
  readonly #ignored = new Map<string, IgnoredPath>();

  constructor(
    readonly watch: unknown,
    readonly target: ExplainPathHost['target'] & {
      plugins(): readonly { readonly plugin: string }[];
    },
  ) {}

  noteIgnored(ignored: IgnoredPath): void {
    // By path: the newest stands last, and the oldest is forgotten.
    this.#ignored.delete(ignored.path);
    this.#ignored.set(ignored.path, ignored);
    const [oldest] = this.#ignored.keys();
    if (this.#ignored.size > MAX_IGNORED && oldest !== undefined) this.#ignored.delete(oldest);
  }

  note(event: ReloadEvent): void {
    this.#events.push(event);
    if (this.#events.length > MAX_EVENTS * 1.25) this.#events = this.#events.slice(-MAX_EVENTS);
  }

  answer({ word, path }: Subject): ControlAnswer {
    const names = this.target.plugins().map(({ plugin }) => plugin);
    const isPlugin = names.includes(word) || this.#events.some(({ plugin }) => plugin === word);
    if (isPlugin) {
      const told = explainPlugin(this.#events, word, { last: LAST });
      const texts = told.map(({ text }) => text);
      return {
        isOk: true,
        value: {
          ...{ plugin: word, explanations: told },
          text: texts.join('\n') || `Nothing has happened to ${word} that is remembered.`,
        },
      };
    }
    if (/[\\/]|\.\w+$/.test(word) || existsSync(path)) {
      const { watch, target } = this;
      const ignored = [...this.#ignored.values()];
      return { isOk: true, value: explainPath(path, { watch, target, ignored }) };
    }
    const known = names.length === 0 ? 'there are none' : `the plugins are: ${names.join(', ')}`;
    return { isOk: false, message: `"${word}" is neither a plugin nor a path; ${known}` };
  }
}
