import type { Batch, HostCommand } from '../../../runtime/worker/wire/workerProtocol.js';

/**
 * What a thread is about to do when its fate comes: to start, to carry out a command of its host, or to run a call. `idle`: nothing.
 */
export type ThreadMoment =
  | 'start'
  | 'load'
  | 'restoreState'
  | 'saveState'
  | 'migrate'
  | 'init'
  | 'health'
  | 'stop'
  | 'dispose'
  | 'preload'
  | 'call'
  | 'idle';

/** What happens to a thread at a moment. */
export type ThreadFate =
  /** `before`: nothing of it runs. `within`: it runs, and its answer is lost. `after`: its answer arrives. `told first`: after the end of the thread. */
  | { readonly kind: 'dies'; readonly how: 'before' | 'within' | 'after' | 'told first' }
  /** Busy without a pause for so long. */
  | { readonly kind: 'stalls'; readonly forMs: number | 'ever' }
  /** Its answer, and what it sends later, arrives so much later. */
  | { readonly kind: 'late'; readonly byMs: number }
  /** The machine refuses another thread. Of the moment `start` alone. */
  | { readonly kind: 'refused' };

/** What a message of the host makes the thread do. Undefined: nothing that counts. */
export function momentOf(message: Batch | HostCommand): ThreadMoment | undefined {
  if (!('kind' in message)) return 'call';
  switch (message.kind) {
    case 'load':
    case 'dispose':
    case 'call':
    case 'preload':
      return message.kind;
    case 'lifecycle':
      return message.name === 'start' ? 'init' : message.name;
    default:
      return undefined;
  }
}
