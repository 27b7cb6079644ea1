// Replays the recorded traces (bench/traces/*.json) through debounceAdaptive and debounceTime in virtual time, prints
// the table, and draws bench/debounce-traces/pareto.svg: `npx tsx bench/debounce-traces/score.ts`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debounceTime, type Observable, Subject, VirtualAction, VirtualTimeScheduler } from 'rxjs';
import { debounceAdaptive } from '../../src/operators/index.ts';
import { presets } from '../../src/pipeline/presets.ts';
import { drawPareto, type Point } from './drawPareto.ts';
import { decodeGaps } from './gaps.ts';

const names = [
  'one-save',
  'format-on-save',
  'agent-edits',
  'git-checkout',
  'npm-install',
  'busy-log',
  'broken-and-fixed',
] as const;
type Name = (typeof names)[number];

/** The traces whose actions are storms: the fewer reloads an action causes, the better. */
const storms: readonly Name[] = ['format-on-save', 'agent-edits', 'git-checkout', 'npm-install'];

interface Trace {
  readonly actionCount: number;
  /** The time of each event, and the action (a save, a checkout) that it belongs to. */
  readonly events: readonly { readonly atMs: number; readonly action: number }[];
}

/** The row of the preset: its first save passes at once, so it is on no curve of the figure. */
const DEVELOPMENT = 'presets.development';
/** The mean wait of a person's saves in development, at most: those that are written again soon wait for their quiet window. */
const MOST_LATENCY_MS = 50;

const load = (name: Name): Trace => {
  const file = join(import.meta.dirname, `../traces/${name}.json`);
  const { actions } = JSON.parse(readFileSync(file, 'utf8')) as { actions: number[][] };
  let atMs = 0;
  const events = actions.flatMap((gaps, action) =>
    decodeGaps(gaps).map((gapMs) => ({ atMs: (atMs += gapMs), action })),
  );
  return { actionCount: actions.length, events };
};
const traces = new Map(names.map((name) => [name, load(name)]));

type Debounce = (
  scheduler: VirtualTimeScheduler,
) => (events$: Observable<number>) => Observable<number>;

interface Score {
  readonly flushesPerAction: number;
  /** The mean time from the last event of an action to the flush that contains it. */
  readonly latencyMs: number;
  /** The longest time from the first event of a flush to that flush. */
  readonly worstWaitMs: number;
}

/** Replays the events in order. Timers that are due before an event run before it. */
const replay = ({ actionCount, events }: Trace, debounce: Debounce): Score => {
  const scheduler = new VirtualTimeScheduler(VirtualAction);
  const source = new Subject<number>();
  const latencyMs = new Map<number, number>();
  let flushCount = 0;
  let firstHeldMs: number | undefined;
  let worstWaitMs = 0;
  source.pipe(debounce(scheduler)).subscribe((index) => {
    const { atMs, action } = events[index]!;
    flushCount++;
    latencyMs.set(action, scheduler.now() - atMs);
    worstWaitMs = Math.max(worstWaitMs, scheduler.now() - (firstHeldMs ?? atMs));
    firstHeldMs = undefined;
  });
  events.forEach(({ atMs }, index) => {
    scheduler.maxFrames = atMs - 0.5;
    scheduler.flush();
    scheduler.frame = atMs;
    firstHeldMs ??= atMs;
    source.next(index);
  });
  scheduler.maxFrames = Infinity;
  scheduler.flush();
  const latencies = [...latencyMs.values()];
  return {
    flushesPerAction: flushCount / actionCount,
    latencyMs: latencies.reduce((sum, ms) => sum + ms, 0) / latencies.length,
    worstWaitMs,
  };
};

const fixed =
  (ms: number): Debounce =>
  (scheduler) =>
    debounceTime(ms, scheduler);
/** The window of `presets.development`, whose first save passes at once. */
const development: Debounce = (scheduler) => {
  const { minMs = Number.NaN, maxMs, leading } = presets.development.debounce ?? {};
  return debounceAdaptive({
    minMs,
    ...(maxMs && { maxMs }),
    ...(leading && { leading }),
    scheduler,
  });
};
const adaptive =
  (minMs: number, maxMs: number): Debounce =>
  (scheduler) =>
    debounceAdaptive({ minMs, maxMs, scheduler });

const settings: readonly (readonly [string, Debounce])[] = [
  ...[20, 50, 100, 200].map((ms) => [`debounceTime(${ms})`, fixed(ms)] as const),
  ...[20, 25, 50, 100, 200].map(
    (ms) => [`debounceAdaptive(${ms}, 500)`, adaptive(ms, 500)] as const,
  ),
  [DEVELOPMENT, development],
];

const rows = settings.map(([label, debounce]) => ({
  label,
  scores: new Map(names.map((name) => [name, replay(traces.get(name)!, debounce)])),
}));

console.log('flushes per action / mean ms from the last event to its flush');
console.log(`| setting | ${names.join(' | ')} | longest wait in busy-log, ms |`);
console.log(`| --- |${' ---: |'.repeat(names.length + 1)}`);
for (const { label, scores } of rows) {
  const cells = names.map((name) => {
    const { flushesPerAction, latencyMs } = scores.get(name)!;
    return `${flushesPerAction.toFixed(2)} / ${latencyMs.toFixed(0)}`;
  });
  const worst = scores.get('busy-log')!.worstWaitMs.toFixed(0);
  console.log(`| \`${label}\` | ${cells.join(' | ')} | ${worst} |`);
}

const curves = rows.filter(({ label }) => label !== DEVELOPMENT);
const points: Point[] = curves.map(({ label, scores }) => ({
  label: label.replace(/^.*\(|\)$/g, '').replace(', ', ' to '),
  isOurs: label.startsWith('debounceAdaptive'),
  latencyMs: scores.get('one-save')!.latencyMs,
  flushesPerStorm:
    storms.reduce((sum, name) => sum + scores.get(name)!.flushesPerAction, 0) / storms.length,
}));
writeFileSync(join(import.meta.dirname, 'pareto.svg'), drawPareto(points));

// Checks the claim: no fixed setting beats ours on both axes, and each is beaten by one of ours on both.
const beats = (a: Point, b: Point): boolean =>
  a.latencyMs <= b.latencyMs &&
  a.flushesPerStorm <= b.flushesPerStorm &&
  (a.latencyMs < b.latencyMs || a.flushesPerStorm < b.flushesPerStorm);
const ours = points.filter(({ isOurs }) => isOurs);
const theirs = points.filter(({ isOurs }) => !isOurs);
const beaten = ours.filter((point) => theirs.some((other) => beats(other, point)));
const unbeaten = theirs.filter((point) => !ours.some((other) => beats(other, point)));
console.log(
  `\nours beaten by a fixed setting: ${beaten.map(({ label }) => label).join(', ') || 'none'}`,
);
console.log(
  `fixed settings that ours does not beat: ${unbeaten.map(({ label }) => label).join(', ') || 'none'}`,
);

// Checks the preset: what a person saves is not held until it merges with the next save.
const paced = rows.find(({ label }) => label === DEVELOPMENT)!.scores.get('broken-and-fixed')!;
const isPrompt = paced.latencyMs <= MOST_LATENCY_MS && paced.flushesPerAction >= 1;
console.log(
  `a person's saves in development wait at most ${MOST_LATENCY_MS} ms on average: ${isPrompt}`,
);
process.exitCode = beaten.length + unbeaten.length === 0 && isPrompt ? 0 : 1;
