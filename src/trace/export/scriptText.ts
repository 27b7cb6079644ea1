import type { WatchEvent } from '../../model/events/WatchEvent.js';
import { laneOf } from './laneOf.js';
import { letterOf, loadLaneOf, type RunScript, type ScriptRun, sourceLanes } from './RunScript.js';

/** Text of the test that a script is, with what it does as what is expected. Undefined when a lane cannot be drawn. */
export function marbleText(script: RunScript, run: ScriptRun): string | undefined {
  const tags = [...new Set(run.events.map(({ event }) => event._tag))];
  const width = Math.max(0, ...tags.map((tag) => tag.length));
  const lanes = tags.map((tag) => {
    const own = run.events.filter(({ event }) => event._tag === tag);
    const lane = laneOf(
      own.map(({ ms }) => ({ ms, letter: 'x' })),
      run.endMs,
    );
    return lane === undefined
      ? undefined
      : `    expectObservable(lane('${tag}'))${' '.repeat(width - tag.length)}.toBe('${lane}');`;
  });
  if (lanes.includes(undefined)) return undefined;
  return testText(script, {
    imports: ['filter', 'map', 'share', 'toArray'],
    helpers: ['fakeTarget', 'marble'],
    checks: [
      "    const lane = (tag: string) => events$.pipe(filter((event) => event._tag === tag), map(() => 'x'));",
      ...lanes.flatMap((lane) => lane ?? []),
      '    // Lanes say nothing about the order within a millisecond.',
      '    const order$ = events$.pipe(map((event) => event._tag), toArray());',
      `    const order = ${literal(
        run.events.map(({ event }) => event._tag),
        4,
      )};`,
      `    expectObservable(order$).toBe('${laneOf([{ ms: run.endMs, letter: 'x' }], run.endMs) ?? ''}', { x: order });`,
    ],
  });
}

/** The same with one list of moments in place of the lanes. */
export function timelineText(script: RunScript, run: ScriptRun): string {
  const moments = run.events.map(({ ms, event }) => `      [${ms}, '${event._tag}'],`);
  return testText(script, {
    imports: ['share'],
    helpers: ['fakeTarget', 'marble', 'timeline'],
    checks: [
      '    const moments = [',
      ...moments,
      '    ];',
      `    expectObservable(timeline(events$, (event) => event._tag)).toBe('${laneOf([{ ms: run.endMs, letter: 'x' }], run.endMs) ?? ''}', { x: moments });`,
    ],
  });
}

/** A test that replays the trace itself, which stands beside it under this name. */
export function traceText(plugin: string, fileName: string): string {
  return [
    `import { fileURLToPath } from 'node:url';`,
    `import { isLeft } from 'fp-ts/lib/Either.js';`,
    `import { readTrace, replayRun } from 'hotpipe/trace';`,
    `import { expect, it } from 'vitest';`,
    '',
    '// The trace stands beside this test.',
    `const TRACE = fileURLToPath(new URL(${quote(`./${encodeURIComponent(fileName)}`)}, import.meta.url));`,
    '',
    `it(${quote(`${plugin}: the recorded run happens again`)}, async () => {`,
    '  const trace = await readTrace(TRACE)();',
    '  if (isLeft(trace)) throw new Error(trace.left.message);',
    '  const { divergence } = await replayRun(trace.right);',
    '  expect(divergence?.message).toBeUndefined();',
    '});',
    '',
  ].join('\n');
}

function testText(
  script: RunScript,
  parts: {
    readonly imports: readonly string[];
    readonly helpers: readonly string[];
    readonly checks: readonly string[];
  },
): string {
  const { plugin, saves, foreign, endMs, version, reloads } = script;
  const lanes =
    sourceLanes(
      saves.map(({ ms }) => ms),
      endMs,
    ) ?? [];
  const names = saves.map(({ event }, at) => `      ${key(letterOf(at))}: ${saveText(event)},`);
  const hot = lanes.map((lane) => `hot(${quote(lane)}, saves)`);
  const foreignLane = laneOf(
    foreign.map(({ ms }, at) => ({ ms, letter: letterOf(at) })),
    undefined,
  );
  const foreignValues = foreign.map(
    ({ event }, at) => `      ${key(letterOf(at))}: ${literal(event, 6)},`,
  );
  const loadLane = loadLaneOf(script);
  const loadValues = script.loads.map(
    ({ event }, at) => `      ${key(letterOf(at))}: ${literal(event, 6)},`,
  );
  const rxjs = [...parts.imports, ...(hot.length > 1 ? ['merge'] : [])].sort();
  return [
    `import { hotReload } from 'hotpipe';`,
    `import { ${parts.helpers.join(', ')} } from 'hotpipe/testing';`,
    `import { ${rxjs.join(', ')} } from 'rxjs';`,
    `import { it } from 'vitest';`,
    '',
    "const save = (path: string, _tag: 'Created' | 'Modified' | 'Deleted' = 'Modified') =>",
    "  ({ _tag, path, kind: 'file', atMs: 0, batch: 1 }) as const;",
    '',
    'it(',
    `  ${quote(`${plugin}: ${saves.length} ${saves.length === 1 ? 'save' : 'saves'}, as recorded`)},`,
    '  marble(({ hot, expectObservable }) => {',
    '    const saves = {',
    ...names,
    '    };',
    `    const source$ = ${hot.length === 1 ? hot.join('') : `merge(${hot.join(', ')})`};`,
    ...(foreign.length > 0 ? ['    const reported = {', ...foreignValues, '    } as const;'] : []),
    ...(loadLane === undefined ? [] : ['    const loads = {', ...loadValues, '    } as const;']),
    `    const reloads = ${literal(reloads, 4)};`,
    '    const target = fakeTarget({',
    `      pluginsOf: () => [${quote(plugin)}],`,
    ...(version > 0 ? [`      versions: { ${key(plugin)}: ${version} },`] : []),
    '      reload: (_, run) => reloads[run] ?? reloads.at(-1) ?? {},',
    ...(script.unloadTakesMs > 0 ? [`      unloadTakesMs: ${script.unloadTakesMs},`] : []),
    ...(script.restartTakesMs > 0 ? [`      restartTakesMs: ${script.restartTakesMs},`] : []),
    ...(foreign.length > 0 ? [`      events$: hot(${quote(foreignLane ?? '')}, reported),`] : []),
    '    });',
    ...(script.drawnWaits ? [`    const waits = ${literal(script.drawnWaits, 4)};`] : []),
    '    const events$ = hotReload({',
    '      source$,',
    '      target,',
    ...(loadLane === undefined ? [] : [`      load: hot(${quote(loadLane)}, loads),`]),
    ...optionLines(script),
    '    }).pipe(share()); // several expectations, and one run',
    ...parts.checks,
    '  }),',
    ');',
    '',
  ].join('\n');
}

function optionLines({ options, drawnWaits, waits }: RunScript): readonly string[] {
  const { backoff, ...others } = options;
  const given = Object.entries(others).map(
    ([name, value]) => `      ${key(name)}: ${literal(value, 6)},`,
  );
  const delay = drawnWaits
    ? 'delay: () => waits.shift() ?? 0'
    : waits &&
      `delay: (attempt: number) => ${literal(shortened(waits), 6)}[attempt - 1] ?? ${waits.at(-1) ?? 0}`;
  if (backoff === undefined && delay === undefined) return given;
  const sets = typeof backoff === 'object' && backoff !== null ? Object.entries(backoff) : [];
  const fields = [
    ...sets.map(([name, value]) => `${key(name)}: ${literal(value, 6)}`),
    ...(delay ? [delay] : []),
  ];
  return [...given, `      backoff: { ${fields.join(', ')} },`];
}

/** A curve without the waits that are all like its last. */
function shortened(waits: readonly number[]): readonly number[] {
  const last = waits.at(-1);
  const end = waits.findLastIndex((wait) => wait !== last);
  return waits.slice(0, end + 1);
}

function saveText(event: WatchEvent): string {
  if (event._tag === 'Renamed' || event.kind !== 'file' || 'fromKind' in event) {
    return `${literal(event, 6)} as const`;
  }
  return event._tag === 'Modified'
    ? `save(${quote(event.path)})`
    : `save(${quote(event.path)}, '${event._tag}')`;
}

/** A value as a text of TypeScript. */
function literal(value: unknown, indent: number): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = ' '.repeat(indent + 2);
  const items = Array.isArray(value)
    ? value.map((item: unknown) => literal(item, indent + 2))
    : Object.entries(value).map(([name, of]) => `${key(name)}: ${literal(of, indent + 2)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{ ', ' }'];
  const short = `${open}${items.join(', ')}${close}`;
  if (items.length === 0) return Array.isArray(value) ? '[]' : '{}';
  if (short.length < 90 && !short.includes('\n')) return short;
  return `${open.trim()}\n${items.map((item) => `${inner}${item},`).join('\n')}\n${' '.repeat(indent)}${close.trim()}`;
}

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
}

function quote(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'")}'`;
}
