/** The shortest way from `start` back to itself over what each depends on, both ends named; undefined when there is none. */
export function findCycle(
  start: string,
  dependenciesOf: (name: string) => readonly string[],
): readonly string[] | undefined {
  const seen = new Set([start]);
  let paths: (readonly string[])[] = [[start]];
  while (paths.length > 0) {
    const longer: (readonly string[])[] = [];
    for (const path of paths) {
      for (const next of dependenciesOf(path.at(-1) ?? start)) {
        if (next === start) return [...path, start];
        if (seen.has(next)) continue;
        seen.add(next);
        longer.push([...path, next]);
      }
    }
    paths = longer;
  }
  return undefined;
}
