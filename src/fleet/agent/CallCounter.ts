import { isInstance, messageOf } from '../../model/unknownValue.js';
import type { CallCounts } from '../protocol/HostReport.js';

/** More kinds of failure than these say nothing more. */
const MAX_FINGERPRINTS = 20;
const MAX_FINGERPRINT_LENGTH = 160;

/** A call that has ended, as `RuntimeOptions.onCall` tells it. */
export interface EndedCall {
  readonly plugin: string;
  readonly fn: string;
  readonly version: number;
  readonly ok: boolean;
  readonly error?: unknown;
}

interface Counts {
  ok: number;
  failed: number;
  readonly fingerprints: Set<string>;
}

/** Counts calls per plugin and version, until they are set back. */
export class CallCounter {
  readonly #counts = new Map<string, Counts>();

  add({ plugin, fn, version, ok, error }: EndedCall): void {
    const key = keyOf(plugin, version);
    const counts = this.#counts.get(key) ?? { ok: 0, failed: 0, fingerprints: new Set() };
    this.#counts.set(key, counts);
    if (ok) {
      counts.ok += 1;
      return;
    }
    counts.failed += 1;
    if (counts.fingerprints.size < MAX_FINGERPRINTS) {
      counts.fingerprints.add(fingerprintOfError(fn, error));
    }
  }

  of(plugin: string, version: number): CallCounts {
    const {
      ok = 0,
      failed = 0,
      fingerprints = [],
    } = this.#counts.get(keyOf(plugin, version)) ?? {};
    return { ok, failed, fingerprints: [...fingerprints] };
  }

  /** Counts from 0 again. */
  reset(plugin: string): void {
    for (const key of this.#counts.keys()) {
      if (key.startsWith(keyOf(plugin, ''))) this.#counts.delete(key);
    }
  }
}

/** The same for failures of the same kind: numbers, and what is in quotes, differ from call to call. */
function fingerprintOfError(fn: string, error: unknown): string {
  const kind = isInstance(error, Error) ? error.name : typeof error;
  const message = messageOf(error)
    .replace(/(["'`])(?:(?!\1).)*\1/g, '…')
    .replace(/\d+/g, '#');
  return `${fn}: ${kind}: ${message}`.slice(0, MAX_FINGERPRINT_LENGTH);
}

function keyOf(plugin: string, version: number | ''): string {
  return `${plugin}\0${version}`;
}
