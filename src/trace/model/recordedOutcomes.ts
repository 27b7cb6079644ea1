import type { Attempt, OtherTask, RunFacts } from './RunFacts.js';

/** The outcome of an attempt that a model makes. */
interface ModelledOutcome {
  readonly attempt: Attempt;
  /** Whether no recorded attempt has seen this content. */
  readonly isGuessed: boolean;
}

/** Answers attempts of a model from the recorded ones. */
export interface RecordedOutcomes {
  /** The outcome of the next attempt at this content; undefined when the plugin was never attempted. */
  next(plugin: string, content: number): ModelledOutcome | undefined;
  /** The next task of this kind. */
  nextOther(op: string, plugin: string): OtherTask | undefined;
}

/**
 * Outcomes go by content, which is what a plugin's code depends on, and not by the number of the attempt: another window makes more
 * attempts or fewer. The attempts at one content are used in their order, and the last one again when there are no more.
 *
 * A content that was never attempted is that of the next one that was: what was saved in between was still being written.
 */
export function recordedOutcomes({ attempts, others }: RunFacts): RecordedOutcomes {
  const used = new Map<string, number>();
  const nextUse = (key: string): number => {
    const count = used.get(key) ?? 0;
    used.set(key, count + 1);
    return count;
  };
  return {
    next: (plugin, content) => {
      const own = attempts.filter((attempt) => attempt.plugin === plugin);
      const later = own.find((attempt) => attempt.content >= content) ?? own.at(-1);
      if (later === undefined) return undefined;
      const same = own.filter((attempt) => attempt.content === later.content);
      const attempt = same[nextUse(`reload ${plugin} ${later.content}`)] ?? same.at(-1) ?? later;
      return { attempt, isGuessed: later.content !== content };
    },
    nextOther: (op, plugin) => {
      const own = others.filter((task) => task.op === op && task.plugin === plugin);
      return own[nextUse(`${op} ${plugin}`)] ?? own.at(-1);
    },
  };
}
