import { hash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { findJsonLoss } from '../../model/codecs/findJsonLoss.js';
import { findJsonProblem } from '../../model/codecs/findJsonProblem.js';
import { formatPath } from '../../model/codecs/formatPath.js';
import type { StateStore } from '../../model/reload/StateStore.js';
import { messageOf } from '../../model/unknownValue.js';
import type { ReadManifest } from '../manifest/readManifest.js';

/** A state has to fit into memory several times over: as an object, as text, and in the store. */
const MAX_STATE_BYTES = 16 * 1024 * 1024;

/**
 * The part of a `StateStore` that the runtime uses; every `StateStore` fits. Tasks resolve with a `Left` when they fail. A task that
 * rejects instead fails the reload, and the old version goes on serving.
 */
export type StateKeeper = Pick<StateStore, 'save' | 'load'> &
  // A store of a caller's own may have no history: then only this process knows earlier states.
  Partial<Pick<StateStore, 'history'>>;

/** A state as JSON text, which nobody can change any more, and what events report of it. */
export interface StateText {
  readonly text: string;
  readonly bytes: number;
  /** SHA-256 of `text`, in hex. */
  readonly sha256: string;
}

/** A state as text, with the version of the plugin's state format that it is written in. */
export interface KeptState extends StateText {
  readonly stateVersion: number;
}

/** A state that the next version gets as the same object, without a copy. */
interface HandedState {
  readonly stateVersion: number;
  readonly reference: { readonly value: unknown };
  /** The copy that was saved; undefined when nobody asked for one. */
  readonly kept: KeptState | undefined;
}

/** What SAVE took from one version, for the next version to take over. */
export type TakenState = KeptState | HandedState;

/** `reference`: the next version gets the same object, and only the store gets a copy. */
export type HandOver = 'copy' | 'reference';

/** The copy of a taken state; undefined when there is no state, or no copy of it. */
export function keptCopyOf(state: TakenState | undefined): KeptState | undefined {
  return state !== undefined && 'reference' in state ? state.kept : state;
}

/** The `state-version` of a manifest; 1 when the manifest has none. */
export function stateVersionOf({ manifest }: ReadManifest): number {
  return manifest['state-version'] ?? 1;
}

/**
 * Writes a plugin's state as text. Left: which part of it JSON cannot hold, since JSON would drop that part without an error, or what
 * the state threw while it was looked at.
 */
export function stateToText(state: unknown): E.Either<string, StateText> {
  try {
    return plainToText(state);
  } catch (error) {
    return E.left(unreadable(error));
  }
}

/** Which part of a state its text does not have, although the state can be written as text; undefined when it has all. */
export function leftOutOfText(state: unknown): string | undefined {
  try {
    const loss = findJsonLoss(state);
    return loss && `${formatPath(['state', ...loss.path])} ${loss.reason}`;
  } catch (error) {
    return unreadable(error);
  }
}

/** A getter or a Proxy in the state may throw anything. */
const unreadable = (error: unknown): string =>
  `the state threw while it was read: ${messageOf(error)}`;

function plainToText(state: unknown): E.Either<string, StateText> {
  const problem = findJsonProblem(state);
  if (problem !== undefined) {
    return E.left(`${formatPath(['state', ...problem.path])} ${problem.reason}`);
  }
  // The types say string, but a toJSON() that is inherited may have returned nothing.
  const text: unknown = JSON.stringify(state);
  if (typeof text !== 'string') return E.left('toJSON() of the state returned nothing');
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_STATE_BYTES) {
    return E.left(
      `the state is ${bytes} bytes, and the limit is ${MAX_STATE_BYTES}: keep less of it`,
    );
  }
  return E.right({ text, bytes, sha256: hash('sha256', text) });
}

/** A fresh copy on each call, so that no two owners share an object. */
export function stateOfText({ text }: StateText): unknown {
  return JSON.parse(text);
}
