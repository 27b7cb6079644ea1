import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import type { DescribedTrace } from './describeTrace.js';
import { eventsWithBegin, scriptOfEvents } from './export/eventScript.js';
import { runScript } from './export/RunScript.js';
import { marbleText, timelineText } from './export/scriptText.js';

/** As `describeTrace` compares: a state is saved in a turn that no virtual time has. */
const UNTOLD: ReadonlySet<string> = new Set(['StateSaved', 'ReloadSkipped']);

/**
 * Events of one plugin as a test to paste, where nothing else of the run was recorded: from an audit log, or from the report of a host of a
 * fleet. Its saves are marbles, and a `fakeTarget` ends each reload as it ended. What it expects has been found by running it, so it passes as it
 * is, and its kinds of events are those that were given, in their order. Use `describeTrace` where there is a recording: that knows the options too.
 *
 * @param plugin - Whose events. Others are left out.
 * @param events - In their order. They may begin in the midst of a run.
 *
 * @throws Error that says where the events lead to something else, such as behind a breaker, whose rule they do not say.
 */
export function describeEvents(plugin: string, events: readonly ReloadEvent[]): DescribedTrace {
  const known = eventsWithBegin(plugin, events);
  if (known.length === 0) {
    throw new Error(`there is nothing of ${plugin} in these events that could begin a test`);
  }
  const script = scriptOfEvents(plugin, known);
  const run = runScript(script);
  if (run === undefined) throw new Error('the saves come too close to each other for marbles');
  const told = tagsOf(known);
  const found = tagsOf(run.events.map(({ event }) => event));
  const at = told.findIndex((tag, index) => tag !== found[index]);
  if (at >= 0) {
    throw new Error(
      `these events alone are no test: event ${at + 1} would be ${found[at] ?? 'missing'} and not ${told[at]}; an order, a breaker, another plugin or an option of the pipeline made the difference. Copy the events instead, or record the host (option trace)`,
    );
  }
  const text = marbleText(script, run);
  return text === undefined
    ? { text: timelineText(script, run), form: 'timeline' }
    : { text, form: 'marble' };
}

function tagsOf(events: readonly { readonly _tag: string }[]): readonly string[] {
  return events.map(({ _tag }) => _tag).filter((tag) => !UNTOLD.has(tag));
}
