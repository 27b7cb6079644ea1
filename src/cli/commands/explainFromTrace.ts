import { isLeft } from 'fp-ts/lib/Either.js';
import { explainPlugin } from '../../explain/index.js';
import type { Trace } from '../../model/trace/TraceRecord.js';
import { headerOf } from '../../trace/file/TraceHeader.js';
import { readTrace } from '../../trace/readTrace.js';
import { eventsOf, numberIn, textIn } from '../../trace/replay/fieldsOf.js';
import { UsageError } from '../arguments/UsageError.js';
import type { ControlAnswer } from '../control/controlProtocol.js';

/** What a person reads of a plugin's past. */
const LAST = 5;

/** Why a change that was seen started nothing. */
const IGNORED: Readonly<Record<string, string>> = {
  exclude: '"exclude" matches it, or "include" does not',
  extension: 'its ending is none of "extensions"',
  gitignore: 'git ignores it, and the option "gitignore" is set',
  depth: 'it is deeper than "depth" allows',
  temporary: 'it had a temporary name, and was gone again',
  sameContent: 'it was written, and its content was as before',
  touched: 'only its times, its mode or its owner had changed',
  netNothing: 'it was created and removed again, or removed and put back, before that was told',
  noPlugin: 'no plugin used it',
};

/** Why a plugin of a recorded run was reloaded or not, or what changes of a path did in it. Throws a `UsageError` for what is no trace. */
export async function explainFromTrace(word: string, file: string): Promise<ControlAnswer> {
  const read = await readTrace(file)();
  if (isLeft(read)) throw new UsageError(read.left.message);
  const events = eventsOf(read.right.records);
  const names = [...new Set(events.map(({ plugin }) => plugin))].filter((name) => name !== '');
  if (names.includes(word)) {
    const told = explainPlugin(events, word, { last: LAST });
    const text = told.map((one) => one.text).join('\n');
    return { isOk: true, value: { plugin: word, explanations: told, text } };
  }
  if (/[\\/]|\.\w+$/.test(word)) return explainChanges(word, read.right);
  const known = names.length === 0 ? 'it has none' : `its plugins are: ${names.sort().join(', ')}`;
  return { isOk: false, message: `the trace has no plugin "${word}"; ${known}` };
}

/** What the changes of a path did: those that were ignored, and those that became part of a change of a plugin. */
function explainChanges(word: string, { header, records }: Trace): ControlAnswer {
  const checked = headerOf(header);
  if (isLeft(checked)) throw new UsageError(checked.left.message);
  const { redact, startMs } = checked.right;
  if (redact !== 'none') {
    const message = `the names of files are hidden in this trace (redact "${redact}"), so it cannot be asked about ${word}; record with --redact none, or ask about a plugin`;
    return { isOk: false, message };
  }
  const isMeant = (path: string): boolean => endsWithPath(path, word) || endsWithPath(word, path);
  const ignored = records.flatMap((record) => {
    if (record.k !== 'ign' || !isMeant(textIn(record, 'path'))) return [];
    const why = IGNORED[textIn(record, 'why')] ?? textIn(record, 'why');
    const atMs = startMs + numberIn(record, 'at');
    return [{ atMs, said: `Its change started nothing: ${why}.` }];
  });
  const changes = eventsOf(records).flatMap((event) => {
    if (event._tag !== 'ChangeDetected' || !event.paths.some(isMeant)) return [];
    const number = event.change === undefined ? '' : `, as part of its change ${event.change}`;
    return [{ atMs: event.atMs, said: `It was part of what changed in ${event.plugin}${number}.` }];
  });
  const told = [...ignored, ...changes].sort((a, b) => b.atMs - a.atMs).slice(0, LAST);
  const because = told.map(({ atMs, said }) => `${new Date(atMs).toISOString()}: ${said}`);
  const text =
    because.length === 0
      ? `No change of ${word} was seen: it is outside of what was watched, or below a folder that is left out, or nothing was saved there.`
      : because.join('\n');
  return { isOk: true, value: { path: word, because, text } };
}

/** Whether a path ends with another one, folder by folder. */
function endsWithPath(path: string, end: string): boolean {
  const parts = (text: string): readonly string[] =>
    text.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
  const [all, last] = [parts(path), parts(end)];
  return last.length > 0 && last.every((part, at) => all[all.length - last.length + at] === part);
}
