import * as t from 'io-ts';

/** The most characters of a request or an answer. A longer one is refused. */
export const MAX_MESSAGE_LENGTH = 16 * 1024 * 1024;

/** What `hotpipe call`, `hotpipe status` and `hotpipe explain` ask of a running host: one line of JSON. */
export const ControlRequestCodec = t.union([
  t.strict({
    op: t.literal('call'),
    plugin: t.string,
    fn: t.string,
    args: t.readonlyArray(t.unknown),
  }),
  t.strict({ op: t.literal('status') }),
  t.strict({ op: t.literal('explain'), word: t.string, path: t.string }),
]);
export type ControlRequest = t.TypeOf<typeof ControlRequestCodec>;

/** The host's answer: one line of JSON. `value` is left out where a function returned nothing. */
export const ControlAnswerCodec = t.union([
  t.intersection([t.strict({ isOk: t.literal(true) }), t.partial({ value: t.unknown })]),
  t.strict({ isOk: t.literal(false), message: t.string }),
]);
export type ControlAnswer = t.TypeOf<typeof ControlAnswerCodec>;

/** An answer as its line. A value that JSON cannot express becomes an answer that says so. */
export function encodeAnswer(answer: ControlAnswer): string {
  try {
    return `${JSON.stringify(answer)}\n`;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the function ran, but its result cannot be shown as JSON: ${reason}`;
    return `${JSON.stringify({ isOk: false, message })}\n`;
  }
}
