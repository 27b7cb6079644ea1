import { dirname, extname } from 'node:path';
import { absolutePath, isTrue, type MergedTsconfig, textOf } from './mergeTsconfigs.js';
import type {
  CompileSettings,
  FileSettings,
  JsxSettings,
  PathMapping,
} from './TsconfigSettings.js';

const TYPESCRIPT = new Set(['.ts', '.tsx', '.mts', '.cts']);
const WITH_JSX = new Set(['.tsx', '.jsx']);

/** What a `tsconfig.json` says about the files that it is the nearest for, by their extension. */
export function fileSettings(config: MergedTsconfig): (path: string) => FileSettings {
  const mapping = mappingOf(config);
  const types = typescriptSettings(config);
  const jsx = jsxSettings(config);
  const known = new Map<string, FileSettings>();
  return (path) => {
    const extension = extname(path);
    const before = known.get(extension);
    if (before !== undefined) return before;
    const parts: CompileSettings = {
      ...(TYPESCRIPT.has(extension) ? types : {}),
      ...(WITH_JSX.has(extension) && jsx !== undefined ? { jsx } : {}),
    };
    const made = { mapping, compile: Object.keys(parts).length > 0 ? parts : undefined };
    known.set(extension, made);
    return made;
  };
}

function typescriptSettings({ options }: MergedTsconfig): CompileSettings {
  const isLegacy = isTrue(options, 'experimentalDecorators') === true;
  return {
    ...(isLegacy && {
      legacyDecorators: {
        emitsMetadata: isTrue(options, 'emitDecoratorMetadata') === true,
        // Off by default up to TypeScript 5, on from 6. Off gives `string | null` the type String, which both understand.
        strictNullChecks: isTrue(options, 'strictNullChecks') ?? isTrue(options, 'strict') ?? false,
      },
    }),
    ...(!definesFields(options) && { assignsFields: true }),
    ...(keepsImports(options) && { keepsImports: true }),
  };
}

/**
 * `useDefineForClassFields`, which follows `target` by default. Without a target fields are defined, as TypeScript 6 and esbuild have it.
 *
 * @source https://www.typescriptlang.org/tsconfig/#useDefineForClassFields: true if target is ES2022 or higher
 */
function definesFields(options: MergedTsconfig['options']): boolean {
  const target = textOf(options, 'target')?.toLowerCase();
  const year = Number(/^es(\d+)$/.exec(target ?? '')?.[1] ?? 2022);
  return isTrue(options, 'useDefineForClassFields') ?? year >= 2022;
}

/** `verbatimModuleSyntax`, and what it replaced. */
function keepsImports(options: MergedTsconfig['options']): boolean {
  const before =
    isTrue(options, 'preserveValueImports') === true &&
    textOf(options, 'importsNotUsedAsValues') === 'preserve';
  return isTrue(options, 'verbatimModuleSyntax') ?? before;
}

/**
 * `preserve` leaves JSX to somebody else, who is not there: it is compiled as without a `tsconfig.json`. The same holds when only a package
 * is named. A factory alone means the older form.
 */
function jsxSettings({ options }: MergedTsconfig): JsxSettings | undefined {
  const kind = textOf(options, 'jsx')?.toLowerCase();
  const importSource = textOf(options, 'jsxImportSource');
  const namespace = textOf(options, 'reactNamespace');
  const factory =
    textOf(options, 'jsxFactory') ?? (namespace && `${namespace}.createElement`) ?? undefined;
  const fragment =
    textOf(options, 'jsxFragmentFactory') ?? (namespace && `${namespace}.Fragment`) ?? undefined;
  const isUnsaid = kind === undefined || kind === 'preserve' || kind === 'react-native';
  const isFactory = factory !== undefined || fragment !== undefined;
  if (isUnsaid && importSource === undefined && !isFactory) return undefined;
  const isClassic = kind === 'react' || (isUnsaid && importSource === undefined);
  return {
    runtime: isClassic ? 'classic' : 'automatic',
    development: kind === 'react-jsxdev',
    importSource,
    factory,
    fragment,
  };
}

function mappingOf({ path, options }: MergedTsconfig): PathMapping | undefined {
  const configDir = dirname(path);
  const base = options.get('baseUrl');
  const baseUrl =
    typeof base?.value === 'string' ? absolutePath(base.value, base.dir, configDir) : undefined;
  const written = options.get('paths');
  const roots = options.get('rootDirs');
  const rootDirs = textsOf(roots?.value).map((root) =>
    absolutePath(root, roots?.dir ?? configDir, configDir),
  );
  const suffixes = textsOf(options.get('moduleSuffixes')?.value);
  const says = [baseUrl, written, ...rootDirs, ...suffixes];
  if (says.every((one) => one === undefined)) return undefined;
  const dir = baseUrl ?? written?.dir ?? configDir;
  const patterns: readonly (readonly [string, unknown])[] =
    typeof written?.value === 'object' && written.value !== null
      ? Object.entries(written.value)
      : [];
  const paths = patterns.map(
    ([pattern, targets]) =>
      [
        pattern,
        (Array.isArray(targets) ? targets : []).map((target) =>
          absolutePath(String(target), dir, configDir),
        ),
      ] as const,
  );
  return {
    ...{ paths, baseUrl },
    ...(rootDirs.length > 0 && { rootDirs }),
    ...(suffixes.length > 0 && { suffixes }),
  };
}

function textsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.filter((one) => typeof one === 'string');
}
