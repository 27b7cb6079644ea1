/** Emits a process warning, once per message and process. */
export function emitWarning(message: string): void {
  if (emitted.has(message)) return;
  emitted.add(message);
  process.emitWarning(message, 'HotpipeWarning');
}

const emitted = new Set<string>();
