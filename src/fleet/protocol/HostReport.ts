import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { jsonCodec } from '../../model/codecs/jsonCodec.js';
import { ReloadErrorCodec, ReloadEventCodec } from '../../model/codecs/ReloadEventCodec.js';
import { finiteNumber, readonlyList } from '../../model/codecs/strictObject.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';

/** Calls of one version on one host, since it serves there. */
export interface CallCounts {
  readonly ok: number;
  readonly failed: number;
  /** Each kind of failure once: how it is called and where it was thrown. */
  readonly fingerprints: readonly string[];
}

/** What a host tells of one plugin. The newest one counts, and it is sent until the engine has it. */
export interface HostReport {
  readonly host: string;
  /** Names the start of the host's process. */
  readonly boot: string;
  readonly plugin: string;
  /** Revision of the document that the host follows. */
  readonly revision: number;
  readonly rollout: string;
  /**
   * - `accepted`: the bytes are verified and compile, and state comes back from them.
   * - `serving`: they answer calls.
   * - `proven`: they have done so for long enough.
   * - `nack`: they are refused, and the host has gone back. It may follow each of the others.
   */
  readonly status: 'accepted' | 'serving' | 'proven' | 'nack';
  /** The digest of what answers calls now; null when nothing does. */
  readonly serving: string | null;
  /** The digest that the report is about. */
  readonly tried: string;
  readonly error?: ReloadError;
  readonly calls: CallCounts;
  /** The last events of the plugin, with a `nack`: `describeEvents` turns them into a test. */
  readonly recent?: readonly ReloadEvent[];
}

const HostReportCodec: t.Type<HostReport, unknown> = jsonCodec(
  t.intersection([
    t.type({
      host: t.string,
      boot: t.string,
      plugin: t.string,
      revision: finiteNumber,
      rollout: t.string,
      status: t.keyof({ accepted: null, serving: null, proven: null, nack: null }),
      serving: t.union([t.string, t.null]),
      tried: t.string,
      calls: t.type({
        ok: finiteNumber,
        failed: finiteNumber,
        fingerprints: readonlyList(t.string),
      }),
    }),
    t.partial({ error: ReloadErrorCodec, recent: readonlyList(ReloadEventCodec) }),
  ]),
);

/** Undefined for what is no report: a host that sends such a thing counts as silent. */
export function decodeReport(input: unknown): HostReport | undefined {
  const decoded = HostReportCodec.decode(input);
  return E.isRight(decoded) ? decoded.right : undefined;
}
