import * as E from 'fp-ts/lib/Either.js';
import type { OpenEngine } from '../../fleet/control/openInBackground.js';
import type { FleetError } from '../../fleet/protocol/FleetError.js';
import type { BundleUpkeep } from '../../fleet/protocol/FleetStore.js';
import type { NatsAddress } from '../../nats/connectNats.js';

/** An engine, and what it may have beside the ports that each has. */
export type UpkeptEngine = OpenEngine & Partial<BundleUpkeep>;

/** What a command of a fleet has to do with the world. */
export interface FleetIo {
  /** Writes to standard output; the text is safe to print. */
  readonly print: (text: string) => void;
  /** The same for standard error. */
  readonly printError: (text: string) => void;
  /** Resolves when somebody ends the command: a signal. */
  readonly ended: () => Promise<void>;
  /** Reaches the engine. Rejects with an `EngineNotReached`. */
  readonly open: (of: NatsAddress & { readonly namespace: string }) => Promise<UpkeptEngine>;
}

/** How a command ended: 0 done, 1 aborted or refused, 3 inconclusive, 4 the engine was not reached. 2 is a wrong command line. */
export type FleetExit = 0 | 1 | 3 | 4;

/** The engine was not reached, or is not what is needed. */
export class EngineNotReached extends Error {
  override readonly name = 'EngineNotReached';
}

/** What is `Right`. Throws the rest: an `EngineNotReached`, or an `Error` for what was refused. */
export function rightOf<A>(result: E.Either<FleetError, A>): A {
  if (E.isRight(result)) return result.right;
  const { _tag, message } = result.left;
  throw _tag === 'EngineUnreachable' ? new EngineNotReached(message) : new Error(message);
}
