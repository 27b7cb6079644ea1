import type { Attempt, OtherTask, RunFacts } from './RunFacts.js';

/** The outcome of an attempt that a model makes. */
interface ModelledOutcome {
  readonly attempt: Attempt;
  /** Whether no recorded attempt has seen this content. */
  readonly isGuessed: boolean;
}

/** Answers attempts of a model from the recorded ones. */
export interface RecordedOutcomes {
  /** The outcome of the next attempt at this content, which never goes back; undefined when the plugin was never attempted. */
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
  const contentsOf = new Map<string, Contents>();
  for (const attempt of attempts) {
    const { all } = entryOf(contentsOf, attempt.plugin, () => ({ all: [], at: 0 }));
    const last = all.at(-1);
    if (last?.items[0]?.content === attempt.content) last.items.push(attempt);
    else all.push({ items: [attempt], usedCount: 0 });
  }
  const othersOf = new Map<string, InOrder<OtherTask>>();
  for (const task of others) {
    const key = `${task.op} ${task.plugin}`;
    entryOf(othersOf, key, () => ({ items: [], usedCount: 0 })).items.push(task);
  }
  return {
    next: (plugin, content) => {
      const contents = contentsOf.get(plugin);
      if (contents === undefined) return undefined;
      const { all } = contents;
      while (contents.at < all.length - 1 && contentAt(contents) < content) contents.at += 1;
      const attempt = nextOf(all[contents.at]);
      return attempt && { attempt, isGuessed: attempt.content !== content };
    },
    nextOther: (op, plugin) => nextOf(othersOf.get(`${op} ${plugin}`)),
  };
}

/** What was recorded, and how much of it has been used. */
interface InOrder<A> {
  readonly items: A[];
  usedCount: number;
}

/** The attempts at each content of one plugin, oldest first, and which content is looked at. */
interface Contents {
  readonly all: InOrder<Attempt>[];
  at: number;
}

function contentAt({ all, at }: Contents): number {
  return all[at]?.items[0]?.content ?? Infinity;
}

function nextOf<A>(group: InOrder<A> | undefined): A | undefined {
  if (group === undefined) return undefined;
  const { items, usedCount } = group;
  group.usedCount += 1;
  return items[usedCount] ?? items.at(-1);
}

function entryOf<A>(map: Map<string, A>, key: string, make: () => A): A {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
