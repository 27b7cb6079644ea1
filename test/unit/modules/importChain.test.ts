import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ImportsOfGraph, importChain } from '../../../src/modules/importChain.js';

/** A graph of files `0`, `1`, ..., of which `0` is the entry. Imports take turns to be static, required, and required at run time. */
function graphOf(edges: readonly (readonly [number, number])[]): ImportsOfGraph {
  const ledAtRunTime: ImportsOfGraph['ledAtRunTime'] = new Map();
  const modules = new Map(
    Array.from({ length: 8 }, (_, at) => [
      `${at}`,
      { resolutions: new Map<string, never>(), requires: new Map<string, never>() },
    ]),
  );
  for (const [at, [from, to]] of edges.entries()) {
    const module = modules.get(`${from}`);
    const [specifier, path, importer] = [`s${at}`, `${to}`, `${from}`];
    if (at % 3 === 0) module?.resolutions.set(specifier, { kind: 'module', path } as never);
    else if (at % 3 === 1) module?.requires.set(specifier, { kind: 'own', path } as never);
    else {
      const led = {
        by: 'require',
        specifier,
        importer,
        path,
        to: path,
        mapping: undefined,
      } as const;
      ledAtRunTime.set(specifier, led);
    }
  }
  return { entry: '0', modules, ledAtRunTime };
}

/** Steps from `0` to each file that imports lead to. */
function distances(edges: readonly (readonly [number, number])[]): ReadonlyMap<number, number> {
  const found = new Map([[0, 0]]);
  for (let step = 0; step < 8; step += 1) {
    for (const [from, to] of edges) {
      const here = found.get(from);
      if (here === step && !found.has(to)) found.set(to, step + 1);
    }
  }
  return found;
}

test('it is a shortest way along imports, and there is one exactly when imports lead there', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 16 }),
      fc.nat(7),
      (edges, to) => {
        const way = importChain(graphOf(edges), `${to}`);
        const distance = distances(edges).get(to);
        expect(way === undefined ? undefined : way.length - 1).toBe(distance);
        if (way === undefined) return;
        expect([way[0], way.at(-1)]).toEqual(['0', `${to}`]);
        for (const [at, path] of way.slice(1).entries()) {
          expect(edges).toContainEqual([Number(way[at]), Number(path)]);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});
