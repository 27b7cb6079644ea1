import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { WatchEventCodec } from '../../model/codecs/ChangeCodec.js';
import { ReloadErrorCodec } from '../../model/codecs/ReloadEventCodec.js';
import { reportErrors } from '../../model/codecs/reportErrors.js';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadResult } from '../../model/reload/ReloadTarget.js';
import type { SwapOutcome } from '../../model/reload/TargetRequest.js';
import { isReloadError, toReloadError } from '../../model/reload/toReloadError.js';
import { messageOf } from '../../model/unknownValue.js';
import type { FirstLoad, WatchStatus } from '../options/HotReloadOptions.js';
import type { Crossing } from './Boundary.js';
import type { Redactor } from './Redactor.js';

/** Reads what a trace holds, or throws with what is wrong. */
export function decodeAs<A>(codec: t.Type<A, unknown>, json: unknown): A {
  const decoded = codec.decode(json);
  if (isLeft(decoded)) throw new TypeError(reportErrors(decoded.left).join('; '));
  return decoded.right;
}

/** A value that needs no hiding, and is JSON. */
function plain<A>(codec: t.Type<A, unknown>): Crossing<A> {
  return { encode: (value) => value, decode: (json) => decodeAs(codec, json) };
}

export const yesOrNo: Crossing<boolean> = plain(t.boolean);
export const verdict: Crossing<'success' | 'failure' | 'ignore'> = plain(
  t.keyof({ success: null, failure: null, ignore: null }),
);

/** JSON has neither NaN nor infinity: both are words, and so is undefined, which a record would lose. */
export const anyNumber: Crossing<number> = {
  encode: (value) => (Number.isFinite(value) ? value : String(value)),
  decode: (json) => (typeof json === 'string' ? Number(json) : decodeAs(t.number, json)),
};
export const numberOrNone: Crossing<number | undefined> = {
  encode: (value, hide) => (value === undefined ? 'undefined' : anyNumber.encode(value, hide)),
  decode: (json) => (json === 'undefined' ? undefined : anyNumber.decode(json)),
};

/** A value that nobody reads. */
export const anything: Crossing<unknown> = { encode: () => undefined, decode: () => undefined };

export const textOrNone: Crossing<string | undefined> = {
  encode: (value) => value ?? null,
  decode: (json) => decodeAs(t.union([t.string, t.null]), json) ?? undefined,
};

export const pluginNames: Crossing<readonly string[]> = {
  encode: (names, hide) => names.map((name) => hide.name(name)),
  decode: (json) => decodeAs(t.array(t.string), json),
};

type Listing = readonly { readonly plugin: string; readonly version: number }[];

/** Which plugins a target runs, by name, and their versions. */
export const listing: Crossing<Listing> = {
  encode: (plugins, hide) => plugins.map(({ plugin, version }) => [hide.name(plugin), version]),
  decode: (json) =>
    decodeAs(t.array(t.tuple([t.string, t.number])), json).map(([plugin, version]) => ({
      plugin,
      version,
    })),
};

export const watchEvent: Crossing<WatchEvent> = {
  encode: (event, hide) =>
    event._tag === 'Renamed'
      ? {
          ...event,
          path: hide.path(event.path),
          from: hide.path(event.from),
          to: hide.path(event.to),
        }
      : { ...event, path: hide.path(event.path) },
  decode: (json) => decodeAs(WatchEventCodec, json),
};

/** An event that somebody else made. Fields that no event of hotpipe has are kept, since they are emitted too. */
export const foreignEvent: Crossing<UnstampedEvent> = {
  encode: (event, hide) => hide.incoming(event),
  decode: (json) => {
    decodeAs(t.type({ _tag: t.string, plugin: t.string }), json);
    return json as UnstampedEvent;
  },
};
export const watchStatus: Crossing<WatchStatus> = {
  encode: (status, hide) => hide.incoming(status),
  decode: (json) => {
    decodeAs(t.type({ _tag: t.string }), json);
    return json as WatchStatus;
  },
};

function outcome<A>(result: Crossing<A>): Crossing<Either<ReloadError, A>> {
  return {
    encode: (either, hide) =>
      isLeft(either)
        ? { l: hide.incoming(either.left) }
        : { r: result.encode(either.right, hide) ?? null },
    decode: (json) => {
      const { l, r } = decodeAs(t.partial({ l: t.unknown, r: t.unknown }), json);
      return l === undefined
        ? right(result.decode(r))
        : left(decodeAs<ReloadError>(ReloadErrorCodec, l));
    },
  };
}

function incoming<A>(codec: t.Type<A, unknown>): Crossing<A> {
  return {
    encode: (value, hide) => hide.incoming(value),
    decode: (json) => decodeAs(codec, json),
  };
}

const restored = t.partial({ restored: t.strict({ bytes: t.number, sha256: t.string }) });
const ReloadResultCodec: t.Type<ReloadResult, unknown> = t.intersection([
  t.type({ from: t.number, to: t.number, stageMs: t.record(t.string, t.number) }),
  restored,
  t.partial({ fingerprint: t.string }),
]);
const FirstLoadCodec: t.Type<FirstLoad, unknown> = t.intersection([
  t.type({ plugin: t.string, version: t.number }),
  restored,
]);

export const reloadOutcome = outcome(incoming(ReloadResultCodec));
export const versionOutcome = outcome(incoming(t.type({ version: t.number })));
export const voidOutcome = outcome<void>({ encode: () => null, decode: () => undefined });
export const firstLoad = outcome(incoming(FirstLoadCodec));
export const swapOutcome = outcome<SwapOutcome>({
  encode: ({ to, events }, hide) => ({
    to,
    events: events.map((event) => foreignEvent.encode(event, hide)),
  }),
  decode: (json) => {
    const { to, events } = decodeAs(t.type({ to: t.number, events: t.array(t.unknown) }), json);
    return { to, events: events.map((event) => foreignEvent.decode(event)) };
  },
});

/** All first loads at once. */
export const firstLoads: Crossing<Either<never, readonly Either<ReloadError, FirstLoad>[]>> = {
  encode: (loads, hide) =>
    isLeft(loads) ? [] : loads.right.map((load) => firstLoad.encode(load, hide)),
  decode: (json) => right(decodeAs(t.array(t.unknown), json).map((load) => firstLoad.decode(load))),
};

/** What was thrown or rejected: a failure as it is, else its message and code, which is all that a pipeline reads. */
export function encodeThrown(cause: unknown, hide: Redactor): unknown {
  if (isReloadError(cause)) return { l: hide.incoming(toReloadError('', cause)) };
  const code = codeOf(cause);
  return { m: hide.text(messageOf(cause)), ...(code !== undefined && { code: hide.code(code) }) };
}

function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}

/** What a replay throws in its place. */
export function decodeThrown(json: unknown): unknown {
  const { l, m, code } = decodeAs(t.partial({ l: t.unknown, m: t.string, code: t.string }), json);
  if (l !== undefined) return l;
  return code === undefined ? (m ?? '') : { message: m ?? '', code };
}

/** What a policy of waits answers, unless it is something to wait for. */
export const waitMs: Crossing<unknown> = {
  encode: (value, hide) =>
    typeof value === 'number' ? anyNumber.encode(value, hide) : 'undefined',
  decode: (json) => numberOrNone.decode(json),
};
