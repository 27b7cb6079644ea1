import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isLeft } from 'fp-ts/lib/Either.js';
import { tracePage } from '../../dashboard/tracePage.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { Trace } from '../../model/trace/TraceRecord.js';
import { messageOf } from '../../model/unknownValue.js';
import { describeTrace } from '../../trace/describeTrace.js';
import { minimizeTrace } from '../../trace/minimizeTrace.js';
import { readTrace } from '../../trace/readTrace.js';
import { eventsOf } from '../../trace/replay/fieldsOf.js';
import { replayRun } from '../../trace/replayRun.js';
import { traceSvg } from '../../trace/traceSvg.js';
import { selfErrorMessage, type WhatIfRow } from '../../trace/whatIf.js';
import type { TraceCommand } from '../arguments/parseTraceCommand.js';
import { UsageError } from '../arguments/UsageError.js';
import { predictSettings } from './predictSettings.js';

/** What a command prints, and how the process ends. */
export interface Printed {
  readonly out: string;
  readonly err: string;
  readonly exitCode: number;
}

/** Runs a command on recorded runs. Throws a `UsageError` for a file that is no trace or is damaged. */
export async function traceCommand(command: TraceCommand): Promise<Printed> {
  const trace = await requireTrace(command.file);
  switch (command._tag) {
    case 'replay':
      return printReplay(trace, command.isJson);
    case 'what-if':
      return printWhatIf(trace, command);
    case 'export':
      return printExport(trace, command);
    case 'trace diff':
      return printDiff(
        eventsOf(trace.records),
        eventsOf((await requireTrace(command.other)).records),
      );
    case 'trace view':
      return printView(trace, command);
  }
}

/** Draws a picture, or writes the page of the dashboard with the run inside: a browser opens it without a host. */
function printView(
  trace: Trace,
  { file, svg, html }: Extract<TraceCommand, { readonly _tag: 'trace view' }>,
): Printed {
  const events = eventsOf(trace.records);
  if (svg !== undefined) {
    write(svg, `${traceSvg(events)}\n`);
    return { out: `${svg}\n`, err: '', exitCode: 0 };
  }
  const page = tracePage(events, { name: basename(file) });
  // For its owner alone: a run may name what nobody else should read.
  const place = html ?? join(mkdtempSync(join(tmpdir(), 'hotpipe-view-')), 'run.html');
  write(place, page);
  return { out: `${pathToFileURL(resolve(place)).href}\n`, err: '', exitCode: 0 };
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600 });
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${messageOf(error)}`);
  }
}

async function requireTrace(file: string): Promise<Trace> {
  const trace = await readTrace(file)();
  if (isLeft(trace)) throw new UsageError(trace.left.message);
  return trace.right;
}

async function printReplay(trace: Trace, isJson: boolean): Promise<Printed> {
  const { events, divergence } = await asked(replayRun(trace));
  const exitCode = divergence === null ? 0 : 1;
  if (isJson) {
    const out = `${JSON.stringify({ v: 1, identical: divergence === null, events: events.length, divergence })}\n`;
    return { out, err: '', exitCode };
  }
  return divergence === null
    ? {
        out: `${events.length} events, the same as recorded, with the same times\n`,
        err: '',
        exitCode,
      }
    : { out: '', err: `${divergence.message}\n`, exitCode };
}

async function printWhatIf(
  trace: Trace,
  { settings, isAnyway, isJson }: Extract<TraceCommand, { readonly _tag: 'what-if' }>,
): Promise<Printed> {
  const { recorded, rows, selfErrorRatio, isReliable } = await asked(
    predictSettings(trace, settings),
  );
  if (!isReliable && !isAnyway) {
    return {
      out: '',
      err: `${selfErrorMessage(selfErrorRatio)} --anyway prints it all the same.\n`,
      exitCode: 1,
    };
  }
  if (isJson) {
    return {
      out: `${JSON.stringify({ v: 1, selfErrorRatio, recorded, rows })}\n`,
      err: '',
      exitCode: 0,
    };
  }
  const percent = Math.round(selfErrorRatio * 1_000) / 10;
  const head = `The model is off by ${percent} % when it predicts the recorded run itself.\n`;
  return { out: head + tableOf([recorded, ...rows]), err: '', exitCode: 0 };
}

async function printExport(
  trace: Trace,
  { file, plugin, form, minimizeTag }: Extract<TraceCommand, { readonly _tag: 'export' }>,
): Promise<Printed> {
  let exported = trace;
  let traceFile = file;
  if (minimizeTag !== undefined) {
    const smallest = await asked(
      minimizeTrace(trace, (events) => events.some(shows(plugin, minimizeTag))),
    );
    if (smallest === undefined) {
      const err = `The model of this run does not show ${minimizeTag} of ${plugin}, so nothing smaller can be found. Look for it in: hotpipe replay.\n`;
      return { out: '', err, exitCode: 1 };
    }
    exported = smallest;
    traceFile = join(dirname(file), `${parse(file).name}.min.ndjson`);
  }
  const described = await asked(
    describeTrace(exported, {
      plugin,
      traceName: basename(traceFile),
      ...(form !== undefined && { form }),
    }),
  );
  const notes =
    described.why === undefined ? [] : [`A ${described.form} test, since ${described.why}.\n`];
  if (described.form === 'trace') {
    if (exported !== trace) write(traceFile, textOf(exported));
    notes.push(`The test replays ${traceFile}: put that file beside it.\n`);
  }
  return { out: described.text, err: notes.join(''), exitCode: 0 };
}

/** A trace as the text of its file. */
function textOf({ header, records }: Trace): string {
  return [header, ...records].map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** Whether an event is of this kind, or a failure of this kind. */
function shows(plugin: string, tag: string): (event: ReloadEvent) => boolean {
  return (event) => {
    if (event.plugin !== plugin) return false;
    if (event._tag === 'ReloadFailed' && event.error._tag === tag) return true;
    if (event._tag === 'BreakerChanged') return tag === event._tag && event.to === 'open';
    return event._tag === tag;
  };
}

/** The first event that two runs do not have in common, by kind and plugin: times of two runs always differ. */
function printDiff(left: readonly ReloadEvent[], right: readonly ReloadEvent[]): Printed {
  const length = Math.max(left.length, right.length);
  const nameOf = (event: ReloadEvent | undefined): string =>
    event === undefined ? 'no further event' : `${event._tag} of ${event.plugin || 'the source'}`;
  for (let at = 0; at < length; at += 1) {
    if (nameOf(left[at]) === nameOf(right[at])) continue;
    const before = left.slice(Math.max(0, at - 5), at).map((event) => `  ${nameOf(event)}`);
    const lines = [
      `Event ${at + 1} differs: ${nameOf(left[at])}, and ${nameOf(right[at])}.`,
      'The last events before it:',
      ...(before.length === 0 ? ['  none'] : before),
    ];
    return { out: `${lines.join('\n')}\n`, err: '', exitCode: 1 };
  }
  return { out: `${length} events of the same kinds, in the same order\n`, err: '', exitCode: 0 };
}

function tableOf(rows: readonly WhatIfRow[]): string {
  const columns = [
    'name',
    'attempts',
    'reloaded',
    'failed',
    'opened',
    'superseded',
    'serveP50Ms',
    'serveP95Ms',
    'guessedRatio',
  ] as const;
  const cells = [
    [...columns],
    ...rows.map((row) =>
      columns.map((column) => {
        const value = row[column];
        return typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;
      }),
    ),
  ];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  return cells
    .map(
      (line) =>
        `${line
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** What a trace cannot do, and what can never work, is the command line's mistake. */
async function asked<A>(work: Promise<A>): Promise<A> {
  try {
    return await work;
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}
