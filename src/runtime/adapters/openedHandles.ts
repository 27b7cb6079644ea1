import { createHook } from 'node:async_hooks';

/** What keeps a port, a file or the process, by Node's type of it. */
const KINDS = new Map([
  ['TCPSERVERWRAP', 'server'],
  ['PIPESERVERWRAP', 'server'],
  ['TCPWRAP', 'connection'],
  ['PIPEWRAP', 'connection'],
  ['UDPWRAP', 'UDP socket'],
  ['Timeout', 'timer'],
  ['FSEVENTWRAP', 'file watcher'],
  ['STATWATCHER', 'file watcher'],
  ['PROCESSWRAP', 'child process'],
  ['WORKER', 'thread'],
]);

const MAX_FRAMES_COUNT = 50;

/** A server, timer, connection or the like, at the moment when it is opened. */
export interface OpenedHandle {
  readonly kind: string;
  /** The stack of the code that opened it. */
  readonly stack: string;
  /** False once it is closed or garbage, and when it was unreferenced: then it does not keep the process. */
  isOpen(): boolean;
}

const listeners = new Set<(opened: OpenedHandle) => void>();
const hook = createHook({
  init(_id, type, _trigger, resource) {
    const kind = KINDS.get(type);
    if (kind === undefined) return;
    const opened = { kind, stack: stackHere(), isOpen: isOpenOf(new WeakRef(resource)) };
    for (const listener of listeners) listener(opened);
  },
});

/**
 * Calls `listener` with each handle that is opened in this thread from now on. Returns a function that ends it. Meanwhile each promise costs
 * about twice as much, so it is for short times only.
 */
export function watchHandles(listener: (opened: OpenedHandle) => void): () => void {
  if (listeners.size === 0) hook.enable();
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) hook.disable();
  };
}

function stackHere(): string {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = MAX_FRAMES_COUNT;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = before;
  return stack;
}

function isOpenOf(resource: WeakRef<object>): () => boolean {
  return () => {
    const alive = resource.deref();
    if (alive === undefined) return false;
    // A timer that was cleared still says that it is referenced.
    if (Reflect.get(alive, '_destroyed') === true) return false;
    // Timers and Node's handles have it. A handle that is closed answers false.
    const hasRef: unknown = Reflect.get(alive, 'hasRef');
    return typeof hasRef === 'function' && Reflect.apply(hasRef, alive, []) === true;
  };
}
