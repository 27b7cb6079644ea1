import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type FoldedEvents, foldEvents } from '../../../src/model/events/foldEvents.js';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import cases from '../../cases/foldEvents.json' with { type: 'json' };

/** `Modified a/ was a file` → an event. The index is its time. */
function read(line: string, i: number): WatchEvent {
  const [, tag, from, to, was] =
    /^(\w+) (\S+)(?: > (\S+))?(?: was a (\w+))?$/.exec(line) ?? expect.unreachable(line);
  const path = (to ?? from)!;
  const fields = {
    path: path.replace(/\/$/, ''),
    kind: path.endsWith('/') ? ('directory' as const) : ('file' as const),
    atMs: i,
    batch: i + 1,
  };
  if (tag === 'Renamed')
    return { _tag: tag, ...fields, from: from!.replace(/\/$/, ''), to: fields.path };
  if (tag !== 'Created' && tag !== 'Modified' && tag !== 'Deleted') return expect.unreachable(line);
  return was === 'file' || was === 'directory'
    ? { _tag: tag, ...fields, fromKind: was }
    : { _tag: tag, ...fields };
}

function show(event: WatchEvent): string {
  const slash = event.kind === 'directory' ? '/' : '';
  return event._tag === 'Renamed'
    ? `Renamed ${event.from}${slash} > ${event.to}${slash}`
    : `${event._tag} ${event.path}${slash}${event.fromKind ? ` was a ${event.fromKind}` : ''}`;
}

const fold = (events: readonly WatchEvent[], onto?: FoldedEvents): FoldedEvents =>
  events.reduce<FoldedEvents>(foldEvents, onto ?? []);

describe('foldEvents', () => {
  it.each(cases.rules)('$name ($quirk)', ({ events, net }) => {
    const folded = fold(events.map(read));

    expect(folded.map(show)).toEqual(net);
    expect(fold(folded)).toEqual(folded);
  });

  it.each(cases.rules)('$name, also folded from any point on', ({ events, net }) => {
    const history = events.map(read);
    for (let i = 0; i <= history.length; i++) {
      const left = fold(history.slice(i), fold([...fold(history.slice(0, i))]));
      expect(left.map(show)).toEqual(net);
    }
  });

  it('has the time and batch of the last event that went in', () => {
    const [folded] = fold([read('Created a', 3), read('Modified a', 7)]);

    expect(folded).toEqual({ _tag: 'Created', path: 'a', kind: 'file', atMs: 7, batch: 8 });
  });

  it('changes no earlier result, short or long', () => {
    let folded = fold([read('Created a', 0)]);
    const results = [folded];
    for (let i = 0; i < 200; i++)
      results.push((folded = foldEvents(folded, read(`Created f${i}`, i))));
    const fork = foldEvents(results[100]!, read('Deleted a', 0));

    expect(results.map((r) => r.length)).toEqual(results.map((_, i) => i + 1));
    expect(fork.length).toBe(100);
    expect(results.at(-1)!.length).toBe(201);
  });

  it('returns an array, short or long: isArray, JSON, spread, console.log; writes are refused', () => {
    const events = Array.from({ length: 300 }, (_, i) => read(`Created f${i}`, i));
    const long = fold(events);

    expect(inspect(long, { maxArrayLength: null })).toContain("'f299'");
    expect(Array.isArray(long)).toBe(true);
    expect(JSON.parse(JSON.stringify(long))).toEqual(events);
    expect([...long]).toEqual(events);
    expect(structuredClone([...long])).toEqual(events);
    expect(long).toEqual(events);
    expect(Object.keys(long)).toHaveLength(300);
    expect(0 in long).toBe(true);
    expect(Reflect.set(long, 0, events[1])).toBe(false);
    expect(Reflect.defineProperty(long, 'length', { value: 0 })).toBe(false);
    expect(long[0]).toEqual(events[0]);
  });

  it('is short again when a burst cancels itself out', () => {
    const created = Array.from({ length: 1_000 }, (_, i) => read(`Created f${i}`, i));
    const gone = created.map((_, i) => read(`Deleted f${i}`, i));

    expect(fold([...created, ...gone])).toHaveLength(0);
    expect(fold([...created, ...gone, read('Modified a', 0)]).map(show)).toEqual(['Modified a']);
  });
});
