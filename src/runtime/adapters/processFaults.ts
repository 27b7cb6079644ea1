type Listener = (error: unknown, origin: NodeJS.UncaughtExceptionOrigin) => void;

const listeners = new Set<Listener>();

function onFault(error: unknown, origin: NodeJS.UncaughtExceptionOrigin): void {
  for (const listener of listeners) listener(error, origin);
}

/**
 * Calls `listener` with each error that nothing caught and each rejection that nobody handled, before Node ends the process for it. Changes
 * nothing of that. One listener on the process serves all runtimes. Returns a function that ends it.
 */
export function watchFaults(listener: Listener): () => void {
  if (listeners.size === 0) process.on('uncaughtExceptionMonitor', onFault);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) process.off('uncaughtExceptionMonitor', onFault);
  };
}

/** Writes a line to standard error: the process may end in this turn. */
export function writeError(text: string): void {
  process.stderr.write(`${text}\n`);
}
