interface Waiting {
  readonly name: string;
  /** What could have been missing for it to serve. */
  readonly awaited: ReadonlySet<string>;
}

/**
 * Plugins, and all that wait for one of them to serve, also for one that waits itself: each once, and after those that it
 * waits for. In a circle somebody is first.
 */
export function withWaiting(
  plugins: readonly string[],
  slots: readonly Waiting[],
): readonly string[] {
  const awaitedBy = new Map<string, ReadonlySet<string>>();
  const waitersOf = new Map<string, string[]>();
  for (const { name, awaited } of slots) {
    if (awaited.size > 0) awaitedBy.set(name, awaited);
    for (const other of awaited) {
      const waiters = waitersOf.get(other);
      if (waiters === undefined) waitersOf.set(other, [name]);
      else waiters.push(name);
    }
  }
  const found = new Set(plugins);
  // A set that grows while it is gone through: those that wait for who was found are found too.
  for (const plugin of found) for (const name of waitersOf.get(plugin) ?? []) found.add(name);

  const ordered = new Set(plugins);
  const placed = new Set(plugins);
  const place = (name: string): void => {
    if (placed.has(name)) return;
    placed.add(name);
    for (const other of awaitedBy.get(name) ?? []) if (found.has(other)) place(other);
    ordered.add(name);
  };
  for (const name of found) place(name);
  return [...ordered];
}
