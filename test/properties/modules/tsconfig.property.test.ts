import { dirname, resolve } from 'node:path';
import fc from 'fast-check';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { asyncScheduler } from 'rxjs';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { resolveRequire } from '../../../src/modules/commonjs/resolveRequire.js';
import { resolveModule } from '../../../src/modules/evaluateGraph.js';
import type { FileSettings } from '../../../src/modules/tsconfig/TsconfigSettings.js';
import { Tsconfigs } from '../../../src/modules/tsconfig/Tsconfigs.js';
import { virtualFiles } from './virtualFiles.js';

const CONFIGS = [
  '/r/tsconfig.json',
  '/r/base.json',
  '/r/a/tsconfig.json',
  '/r/a/b/tsconfig.json',
  '/r/a/own.json',
];
const PACKAGES: Readonly<Record<string, string>> = {
  '/r/node_modules/@x/plain/package.json': '{"name":"@x/plain"}',
  '/r/node_modules/@x/plain/tsconfig.json':
    '{"compilerOptions":{"experimentalDecorators":true,"target":"es2020"}}',
  '/r/node_modules/@x/plain/more.json': '{"compilerOptions":{"jsx":"react","jsxFactory":"h"}}',
  '/r/node_modules/named/package.json': '{"name":"named","tsconfig":"./conf/it.json"}',
  '/r/node_modules/named/conf/it.json':
    '{"compilerOptions":{"emitDecoratorMetadata":true,"paths":{"n/*":["./n/*"]}}}',
  '/r/node_modules/exporting/package.json':
    '{"name":"exporting","exports":{".":"./m.json","./c":"./c.json"}}',
  '/r/node_modules/exporting/m.json': '{"compilerOptions":{"verbatimModuleSyntax":true}}',
  '/r/node_modules/exporting/c.json': '{"compilerOptions":{"useDefineForClassFields":false}}',
};
const EXTENDS = [
  ...[
    './base.json',
    './base',
    '../base',
    '../tsconfig.json',
    './own',
    '../../base.json',
    '/r/base.json',
  ],
  ...['@x/plain', '@x/plain/tsconfig.json', '@x/plain/more', 'named', 'exporting', 'exporting/c'],
];
const maybe = <A>(one: fc.Arbitrary<A>) => fc.option(one, { nil: undefined, freq: 2 });
const flag = maybe(fc.constantFrom<boolean | null>(true, false, null));
const targets = fc.constantFrom(
  './src/*',
  './lib/*',
  '*',
  '../s/*',
  './one.ts',
  '${configDir}/src/*',
);
const paths = fc.dictionary(
  fc.constantFrom('@/*', '@/lib/*', 'exact', '*', '*/end'),
  fc.array(targets, { minLength: 1, maxLength: 2 }),
  { maxKeys: 3 },
);
const options = fc.record({
  experimentalDecorators: flag,
  emitDecoratorMetadata: flag,
  strict: flag,
  strictNullChecks: flag,
  useDefineForClassFields: flag,
  verbatimModuleSyntax: flag,
  target: maybe(fc.constantFrom('ES5', 'es2015', 'ES2021', 'es2022', 'ESNext', 'es2023')),
  jsx: maybe(fc.constantFrom('react', 'react-jsx', 'react-jsxdev', 'preserve')),
  jsxImportSource: maybe(fc.constantFrom('preact', 'solid-js')),
  jsxFactory: maybe(fc.constantFrom('h', 'x.y')),
  jsxFragmentFactory: maybe(fc.constantFrom('Fragment')),
  baseUrl: maybe(fc.constantFrom('.', './src', '..', '${configDir}/src')),
  paths: maybe(paths),
  rootDirs: maybe(
    fc.subarray(['.', './a', './src', './s', '../r/lib', '${configDir}/src/lib'], { minLength: 1 }),
  ),
  moduleSuffixes: maybe(fc.subarray(['.native', '', '-x'], { minLength: 1 })),
});
const config = fc.record({
  extends: maybe(
    fc.oneof(fc.constantFrom(...EXTENDS), fc.array(fc.constantFrom(...EXTENDS), { maxLength: 2 })),
  ),
  compilerOptions: maybe(options),
});
const layout = fc.dictionary(fc.constantFrom(...CONFIGS), config, { minKeys: 1, maxKeys: 4 });
const file = fc.constantFrom('/r/x.ts', '/r/a/x.ts', '/r/a/x.tsx', '/r/a/b/x.tsx', '/r/a/b/c/x.ts');
/** JSON may be written with comments and commas at the end. */
const styles = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) =>
    `// a comment\n${text.replaceAll(/(?<=[^{,[\s])\n(\s*)([}\]])/g, ', // } the end\n$1 /* ] */ $2')}`,
  (text) => `\uFEFF${text}`,
);

/** What TypeScript says: the same settings, from its own options. Undefined when it finds something wrong. */
function byTypescript(
  texts: Readonly<Record<string, string>>,
  path: string,
): FileSettings | undefined {
  const exists = (name: string) => texts[name] !== undefined;
  const found = ts.findConfigFile(dirname(path), exists);
  if (found === undefined) return {};
  const problems: ts.Diagnostic[] = [];
  const parsed = ts.getParsedCommandLineOfConfigFile(
    found,
    {},
    {
      useCaseSensitiveFileNames: true,
      getCurrentDirectory: () => '/r',
      readFile: (name) => texts[name],
      fileExists: exists,
      directoryExists: (name) => Object.keys(texts).some((one) => one.startsWith(`${name}/`)),
      readDirectory: () => ['/r/x.ts'],
      onUnRecoverableConfigFileDiagnostic: (problem) => problems.push(problem),
    },
  );
  const errors = [...problems, ...(parsed?.errors ?? [])].filter(
    ({ code }) => !HARMLESS.includes(code),
  );
  if (parsed === undefined || errors.length > 0) return undefined;
  return settingsOf(parsed.options, path);
}

/** Deprecated options, and names of JSX that do not fit together: the type checker says so, and nothing else changes. */
const HARMLESS = [5101, 5107, 5102, 5067, 5090];

function settingsOf(options: ts.CompilerOptions, path: string): FileSettings {
  const isTsx = path.endsWith('.tsx');
  const { baseUrl, jsx, jsxImportSource, jsxFactory, jsxFragmentFactory, target } = options;
  const pathsDir = baseUrl ?? String(options['pathsBasePath']);
  const jsxSaid =
    (jsx !== undefined && jsx !== ts.JsxEmit.Preserve) ||
    jsxImportSource !== undefined ||
    jsxFactory !== undefined ||
    jsxFragmentFactory !== undefined;
  const defines =
    options.useDefineForClassFields ?? (target === undefined || target >= ts.ScriptTarget.ES2022);
  const isClassic =
    jsx === ts.JsxEmit.React ||
    ((jsx === undefined || jsx === ts.JsxEmit.Preserve) && jsxImportSource === undefined);
  const compile = {
    ...(options.experimentalDecorators && {
      legacyDecorators: {
        emitsMetadata: options.emitDecoratorMetadata === true,
        strictNullChecks: options.strictNullChecks ?? options.strict ?? false,
      },
    }),
    ...(!defines && { assignsFields: true as const }),
    ...(options.verbatimModuleSyntax && { keepsImports: true as const }),
    ...(isTsx &&
      jsxSaid && {
        jsx: {
          runtime: isClassic ? ('classic' as const) : ('automatic' as const),
          development: jsx === ts.JsxEmit.ReactJSXDev,
          importSource: jsxImportSource,
          factory: jsxFactory,
          fragment: jsxFragmentFactory,
        },
      }),
  };
  const mapped = Object.entries(options.paths ?? {}).map(
    ([pattern, list]) => [pattern, list.map((one) => resolve(pathsDir, one))] as const,
  );
  const { paths: ofPaths, rootDirs, moduleSuffixes: suffixes } = options;
  const hasMapping = [ofPaths, baseUrl, rootDirs, suffixes].some((one) => one !== undefined);
  const withoutSlash = (dir: string) => dir.replace(/(?<=.)\/$/, '');
  const mapping = {
    paths: mapped,
    baseUrl: baseUrl === undefined ? undefined : withoutSlash(baseUrl),
    ...(rootDirs && { rootDirs: rootDirs.map(withoutSlash) }),
    ...(suffixes && { suffixes }),
  };
  return {
    compile: Object.keys(compile).length > 0 ? compile : undefined,
    mapping: hasMapping ? mapping : undefined,
  };
}

function read(texts: Readonly<Record<string, string>>) {
  const record = { missing: new Set<string>(), decided: new Map(), tsconfigs: new Map() };
  const tsconfigs = new Tsconfigs(
    { files: virtualFiles(texts), scheduler: asyncScheduler },
    record,
  );
  return { tsconfigs, record };
}

const drawn = fc.record({ layout, file, style: styles });

function textsOf({
  layout: drawnLayout,
  style,
}: {
  layout: Record<string, object>;
  style: (text: string) => string;
}) {
  const own = Object.entries(drawnLayout).map(([path, value]) => [
    path,
    style(JSON.stringify(value, null, 1)),
  ]);
  return { ...PACKAGES, ...Object.fromEntries(own) } as Record<string, string>;
}

describe('tsconfig.json', () => {
  test('says what it says to TypeScript, and is wrong where TypeScript finds it wrong', async () => {
    let rightCount = 0;
    await fc.assert(
      fc.asyncProperty(drawn, async (one) => {
        const texts = textsOf(one);
        const shown = JSON.stringify(one.layout);
        const { tsconfigs } = read(texts);
        const settings = await tsconfigs.of(one.file);
        const expected = byTypescript(texts, one.file);
        if (expected === undefined) {
          expect(isLeft(settings), shown).toBe(true);
          return;
        }
        rightCount += 1;
        expect(isRight(settings), `${shown} ${JSON.stringify(settings)}`).toBe(true);
        const own = isRight(settings) ? settings.right : {};
        expect({ compile: own.compile, mapping: own.mapping }, shown).toEqual({
          compile: undefined,
          mapping: undefined,
          ...expected,
        });
      }),
      { numRuns: 1500 },
    );
    expect(rightCount).toBeGreaterThan(300);
  });

  test('each file that decides is noted, and so is each place where one could appear: a change at any other place changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        drawn,
        fc.constantFrom(...CONFIGS),
        fc.option(config, { nil: undefined }),
        async (one, edited, value) => {
          const texts = textsOf(one);
          const { tsconfigs, record } = read(texts);
          const before = await tsconfigs.of(one.file);
          const after: Record<string, string> = { ...texts };
          if (value === undefined) Reflect.deleteProperty(after, edited);
          else after[edited] = JSON.stringify(value);
          const now = await read(after).tsconfigs.of(one.file);
          const isNoted = record.decided.has(edited) || record.missing.has(edited);
          if (!isNoted) expect(now, `${edited} ${JSON.stringify(one.layout)}`).toEqual(before);
        },
      ),
      { numRuns: 1500 },
    );
  });

  const names = fc.constantFrom(
    '@/x',
    '@/lib/x',
    '@/lib/y.js',
    'exact',
    'pkg',
    'lib/x',
    'src/end',
    './x',
    './x.js',
    '../lib/x',
    '@/dir',
    'one',
  );
  const sources = fc.subarray([
    ...[
      '/r/src/x.ts',
      '/r/src/x.tsx',
      '/r/lib/x.ts',
      '/r/lib/y.ts',
      '/r/src/lib/x.ts',
      '/r/a/src/x.ts',
      '/r/a/lib/x.tsx',
    ],
    ...[
      '/r/s/x.ts',
      '/r/one.ts',
      '/r/a/one.ts',
      '/r/src/dir/index.ts',
      '/r/a/x.ts',
      '/r/a/src/lib/y.ts',
      '/r/exact.ts',
      '/r/lib/dir.ts',
    ],
    ...['/r/src/x.native.ts', '/r/a/x-x.ts', '/r/x.ts', '/r/src/dir/index.native.ts'],
  ]);
  test('an import that TypeScript finds in a source leads there', async () => {
    let foundCount = 0;
    await fc.assert(
      fc.asyncProperty(drawn, names, sources, async (one, specifier, written) => {
        const texts = {
          ...textsOf(one),
          ...Object.fromEntries(written.map((path) => [path, 'export {};'])),
        };
        const settings = await read(texts).tsconfigs.of('/r/a/importer.ts');
        fc.pre(isRight(settings));
        const { mapping } = isRight(settings) ? settings.right : {};
        const { resolvedModule } = ts.resolveModuleName(
          specifier,
          '/r/a/importer.ts',
          {
            moduleResolution: ts.ModuleResolutionKind.Bundler,
            module: ts.ModuleKind.ESNext,
            ...(mapping?.baseUrl !== undefined && { baseUrl: mapping.baseUrl }),
            paths: Object.fromEntries(
              (mapping?.paths ?? []).map(([pattern, list]) => [pattern, [...list]]),
            ),
            jsx: ts.JsxEmit.ReactJSX,
            ...(mapping?.rootDirs && { rootDirs: [...mapping.rootDirs] }),
            ...(mapping?.suffixes && { moduleSuffixes: [...mapping.suffixes] }),
          },
          {
            fileExists: (path) => texts[path] !== undefined,
            readFile: (path) => texts[path],
            getCurrentDirectory: () => '/r',
          },
        );
        const own = resolveModule(virtualFiles(texts), specifier, '/r/a/importer.ts', { mapping });
        const expected = resolvedModule?.resolvedFileName;
        if (expected !== undefined) foundCount += 1;
        const found = own.kind === 'module' ? own.path : undefined;
        expect(found, JSON.stringify({ mapping, written })).toBe(expected);
        // What a require leads to by a mapping is what an import leads to.
        const target = resolveRequire(virtualFiles(texts), specifier, '/r/a/importer.ts', {
          mapping,
        });
        const required = target.kind === 'own' ? target.path : undefined;
        expect(required, JSON.stringify({ mapping, written })).toBe(expected);
      }),
      { numRuns: 3000 },
    );
    expect(foundCount).toBeGreaterThan(200);
  });
});
