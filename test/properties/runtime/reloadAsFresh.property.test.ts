import { basename, dirname, extname } from 'node:path';
import fc from 'fast-check';
import { isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import { PluginRuntime } from '../../../src/runtime/PluginRuntime.js';
import { LinkedDisk } from '../modules/linkedDisk.js';

const FOLDER = '/w/p';
const ENTRY = `${FOLDER}/index.js`;
const SOURCES = [
  ...['a.ts', 'a.js', 'b.cjs', 'b/index.js', 'b/other.js', 'sub/c.js', 'sub/c.mts', 'd.js'].map(
    (name) => `${FOLDER}/${name}`,
  ),
  ...['/w/lib/d.ts', '/w/lib/d.js', '/w/lib/e.cjs', '/w/lib/deep/f.js'],
  ...['/w/own/index.js', '/w/own/sub.js', '/w/own2/index.js', '/w/own2/sub.ts'],
];
const PACKAGES = [
  '/w',
  FOLDER,
  `${FOLDER}/b`,
  `${FOLDER}/sub`,
  '/w/lib',
  '/w/lib/deep',
  '/w/own',
  '/w/own2',
].map((dir) => `${dir}/package.json`);
/** Links, and where each may lead. */
const LINKS: readonly (readonly [path: string, targets: readonly string[]])[] = [
  ['/w/node_modules/own', ['/w/own', '/w/own2', '/w/none']],
  [`${FOLDER}/way`, ['/w/lib', '/w/lib/deep', '/w/own']],
  [`${FOLDER}/d.js`, ['/w/lib/d.js', '/w/lib/e.cjs', '/w/own/index.js']],
  ['/w/lib/e.cjs', ['/w/lib/f.cjs', `${FOLDER}/b.cjs`]],
];
const DIRECTORIES = ['/w', '/w/node_modules', ...PACKAGES.slice(1).map((path) => dirname(path))];
const TSCONFIGS = ['/w/tsconfig.json', `${FOLDER}/tsconfig.json`];
const MAPPED = ['#x', '#lib/d.js', '#lib/deep/f.js', '@m/d.js', '@m/d', 'own', 'own/sub.js'];
const FROM_ENTRY = [
  ...['./a', './a.js', './b', './b.cjs', './b/index.js', './sub/c.js', './d.js'],
  ...['../lib/d.js', '../lib/d', '../lib/e.cjs', '../lib/deep/f.js', ...MAPPED],
  ...['./way/d.js', './way/f.js', './way/index.js', '../own/index.js'],
];

/** How a specifier is used. `computed` and `tried` only where no file can wait for itself. */
type Use = 'static' | 'computed' | 'tried';

interface Text {
  readonly isCommonjs: boolean;
  readonly uses: readonly (readonly [specifier: string, use: Use])[];
  readonly n: number;
}

/** Shows which module an import has led to. */
const SHOW =
  'const show = (m) => String(m.value ?? m.default?.value ?? (m.join ? "path" : m.cpus ? "os" : "?"));';

function textOf(path: string, { isCommonjs, uses, n }: Text): string {
  const type = /ts$/.test(extname(path)) ? ': any' : '';
  const lines = [SHOW.replace('(m)', `(m${type})`)];
  const shown = uses.map(([specifier, use], at) => {
    const name = `i${at}`;
    if (isCommonjs) {
      const asked = use === 'static' ? `'${specifier}'` : `'${specifier}' + ''`;
      const required = `show(require(${asked}))`;
      return use === 'tried'
        ? `(() => { try { return ${required}; } catch { return 'none'; } })()`
        : required;
    }
    const asked = use === 'computed' ? `'${specifier}' + ''` : `'${specifier}'`;
    const found = `await import(${asked})${use === 'tried' ? ".catch(() => ({ value: 'none' }))" : ''}`;
    lines.push(
      use === 'static' ? `import * as ${name} from '${specifier}';` : `const ${name} = ${found};`,
    );
    return `show(${name})`;
  });
  const value = `['${basename(path)}${n}', ${shown.join(', ')}].join('(')`;
  return isCommonjs
    ? [...lines, `exports.value = ${value};`, 'exports.answer = () => exports.value;'].join('\n')
    : [...lines, `export const value = ${value};`, 'export const answer = () => value;'].join('\n');
}

const n = fc.nat(9);
const useOfEntry = fc.tuple(
  fc.constantFrom(...FROM_ENTRY),
  fc.constantFrom<Use>('static', 'static', 'computed', 'tried'),
);
const useOfOther = fc.tuple(fc.constantFrom(...MAPPED), fc.constant<Use>('static'));
const entryText = fc.record({
  isCommonjs: fc.boolean(),
  uses: fc.array(useOfEntry, { minLength: 1, maxLength: 4 }),
  n,
});
const otherText = fc.record({
  isCommonjs: fc.boolean(),
  uses: fc.array(useOfOther, { maxLength: 1 }),
  n,
});
const packageText = fc
  .record(
    {
      type: fc.constantFrom('module', 'commonjs'),
      main: fc.constantFrom('./index.js', './other.js', './sub.js'),
      name: fc.constantFrom('own', 'own2', 'w'),
      exports: fc.constantFrom<unknown>(
        './index.js',
        './sub.js',
        { '.': { require: './sub.js', default: './index.js' }, './*': './*' },
        { './sub.js': './index.js' },
      ),
      x: fc.constantFrom('node:path', 'node:os', './a.js', './lib/d.js', './d.js'),
      lib: fc.constantFrom('./lib/*', './*'),
      n,
    },
    { requiredKeys: ['n'] },
  )
  .map(({ x, lib, ...rest }) =>
    JSON.stringify({
      ...rest,
      imports: { ...(x && { '#x': x }), ...(lib && { '#lib/*': lib }) },
    }),
  );
const tsconfigText = fc
  .constantFrom(['./lib/*'], ['./p/*'], ['../lib/*'], ['./none/*', './lib/*'], undefined)
  .map((to) =>
    JSON.stringify({ compilerOptions: to === undefined ? {} : { paths: { '@m/*': to } } }),
  );

/** A file and what it is to hold, or a link and where it is to lead; neither: what is there is removed. */
interface Edit {
  readonly path: string;
  readonly text?: string;
  readonly target?: string;
}

const edit: fc.Arbitrary<Edit> = fc.oneof(
  entryText.map((text) => ({ path: ENTRY, text: textOf(ENTRY, text) })),
  fc
    .tuple(fc.constantFrom(...SOURCES), otherText)
    .map(([path, text]) => ({ path, text: textOf(path, text) })),
  fc.tuple(fc.constantFrom(...PACKAGES), packageText).map(([path, text]) => ({ path, text })),
  fc.tuple(fc.constantFrom(...TSCONFIGS), tsconfigText).map(([path, text]) => ({ path, text })),
  fc.constantFrom(...SOURCES, ...PACKAGES, ...TSCONFIGS).map((path) => ({ path })),
  fc
    .constantFrom(...LINKS)
    .chain(([path, targets]) =>
      fc.constantFrom({ path }, ...targets.map((target) => ({ path, target }))),
    ),
);

const FACTS = { kind: 'file', atMs: 0, batch: 0 } as const;

/** Undefined: nothing has changed. */
function apply(disk: LinkedDisk, { path, text, target }: Edit): WatchEvent | undefined {
  const isLink = disk.files.readLink?.(path) !== undefined;
  const wasThere = isLink || disk.files.stat(path) !== undefined;
  if (text === undefined && target === undefined) {
    if (!wasThere) return undefined;
    disk.remove(path);
    return { ...FACTS, _tag: 'Deleted', path };
  }
  if (target !== undefined) disk.link(path, target);
  else if (text !== undefined) disk.replace(path, text);
  return { ...FACTS, _tag: wasThere ? 'Modified' : 'Created', path };
}

/** The source tells a file by each path under which links lead to it. */
function spelled(disk: LinkedDisk, event: WatchEvent | undefined): readonly WatchEvent[] {
  if (event === undefined) return [];
  const behindLinks = LINKS.flatMap(([link]) => {
    const target = disk.files.readLink?.(link);
    const isBehind = target !== undefined && `${event.path}/`.startsWith(`${target}/`);
    return isBehind ? [{ ...event, path: link + event.path.slice(target.length) }] : [];
  });
  return [event, ...behindLinks];
}

/** What a host that starts now would answer; undefined: the plugin does not load. */
async function answerOfFresh(disk: LinkedDisk): Promise<unknown> {
  const runtime = new PluginRuntime({ root: '/w', files: disk.files });
  const loaded = await runtime.loadManifest(FOLDER)();
  const answer = isLeft(loaded) ? undefined : await runtime.call('p', 'answer');
  await runtime.close();
  return answer;
}

test('after a reload, a host answers what a host that starts now answers, whatever decides where imports lead', async () => {
  let [reloadedCount, failedCount, untoldCount] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(
      fc.array(edit, { minLength: 4, maxLength: 12 }),
      fc.array(fc.array(edit, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 8 }),
      async (first, steps) => {
        const disk = new LinkedDisk();
        for (const dir of DIRECTORIES) disk.makeDirectory(dir);
        disk.write(
          `${FOLDER}/plugin.toml`,
          'name = "p"\nversion = "1.0.0"\nsource = "index.js"\napi-version = "0.1.0"\n',
        );
        disk.write(ENTRY, textOf(ENTRY, { isCommonjs: true, uses: [], n: 0 }));
        const runtime = new PluginRuntime({ root: '/w', files: disk.files });
        await runtime.loadManifest(FOLDER)();
        let answer: unknown = await runtime.call('p', 'answer');
        for (const step of [first, ...steps]) {
          const events = step.flatMap((one) => spelled(disk, apply(disk, one)));
          const told = events.filter(({ path }) => runtime.pluginsOf(path).includes('p'));
          if (told.length > 0) {
            const change = {
              ...{ plugin: 'p', events: told, eventCount: told.length },
              ...{ firstAtMs: 0, lastAtMs: 0 },
            };
            const reloaded = await runtime.reloadPlugin('p', { change })();
            answer = isLeft(reloaded) ? undefined : await runtime.call('p', 'answer');
            if (isLeft(reloaded)) failedCount += 1;
            else reloadedCount += 1;
          } else untoldCount += 1;
          expect(answer).toEqual(await answerOfFresh(disk));
        }
        await runtime.close();
      },
    ),
    { numRuns: 250 },
  );
  for (const count of [reloadedCount, failedCount, untoldCount]) expect(count).toBeGreaterThan(20);
}, 120_000);
