import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * Few files at a start: each one that is read costs half a millisecond. A bundler makes a file of the modules that the same entries need, and
 * each `import()` is an entry. Where an entry runs after a start, or needs most of what a start needs, it may as well need all of it: then that
 * is one file, instead of one for each set of entries.
 *
 * @param needs - By module, below `src` and without extension: what it needs besides.
 */
export function together(needs, src) {
  return {
    name: 'together',
    setup({ onLoad }) {
      const filter = new RegExp(`/src/(?:${Object.keys(needs).join('|')})\\.ts$`);
      onLoad({ filter }, ({ path }) => {
        const name = path.slice(src.length + 1, -'.ts'.length);
        // A module without side effects is left out unless it is used: an export of an entry is.
        const more = needs[name].map(
          (other, at) =>
            `export { ${basename(other)} as needs${at} } from ${JSON.stringify(join(src, `${other}.ts`))};`,
        );
        return { contents: [readFileSync(path, 'utf8'), ...more, ''].join('\n'), loader: 'ts' };
      });
    },
  };
}

/** The same needs of several modules. Each file that is needed exports its name. */
export function needsOf(modules, others) {
  return Object.fromEntries(modules.map((module) => [module, others]));
}
