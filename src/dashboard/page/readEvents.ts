import { ReloadEventCodec } from '../../model/codecs/ReloadEventCodec.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';

/** The events in the text of a trace, or of an audit log: a record a line. Lines that hold none are counted. */
export function readEvents(text: string): {
  readonly events: readonly ReloadEvent[];
  readonly others: number;
} {
  const events: ReloadEvent[] = [];
  let others = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const event = eventIn(line);
    if (event === undefined) others += 1;
    else events.push(event);
  }
  return { events, others };
}

function eventIn(line: string): ReloadEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const inside: unknown =
    typeof value === 'object' && value !== null && Reflect.get(value, 'k') === 'ev'
      ? Reflect.get(value, 'e')
      : value;
  const decoded = ReloadEventCodec.decode(inside);
  return decoded._tag === 'Right' ? decoded.right : undefined;
}
