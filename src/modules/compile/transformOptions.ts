import type { CompileSettings, JsxSettings } from '../tsconfig/TsconfigSettings.js';

const DEFAULTS = {
  // What Node 20 runs. The output for newer syntax imports helpers: see `compilerHelpers`.
  target: 'es2022',
  sourceType: 'module',
} as const;

/** Syntax that is newer than Node 20: `using`, and modifiers in regular expressions. */
export const NEWER = /\busing\b|\(\?-?[ims]+[-:]/;
/** A comment that names the function of a file's elements, which only exists in the older form. */
const FACTORY_COMMENT = /\/\*[*\s]*@jsx\s+[\w$.]+/;
const CLASSIC = { jsx: { runtime: 'classic' } } as const;

/** The options of the transpiler for a file. Those without settings are always the same object. */
export function transformOptions(source: string, settings: CompileSettings | undefined) {
  const isClassic = settings?.jsx === undefined && FACTORY_COMMENT.test(source);
  if (settings === undefined) return isClassic ? { ...DEFAULTS, ...CLASSIC } : DEFAULTS;
  const { legacyDecorators, assignsFields = false, keepsImports = false, jsx } = settings;
  return {
    ...DEFAULTS,
    ...(legacyDecorators && {
      decorator: {
        legacy: true,
        emitDecoratorMetadata: legacyDecorators.emitsMetadata,
        strictNullChecks: legacyDecorators.strictNullChecks,
      },
    }),
    ...(assignsFields && { assumptions: { setPublicClassFields: true } }),
    typescript: {
      onlyRemoveTypeImports: keepsImports,
      removeClassFieldsWithoutInitializer: assignsFields,
      // The imports of these names are used, though the text does not call them.
      ...(jsx?.factory !== undefined && { jsxPragma: jsx.factory }),
      ...(jsx?.fragment !== undefined && { jsxPragmaFrag: jsx.fragment }),
    },
    ...(isClassic && CLASSIC),
    ...(jsx && { jsx: jsxOptions(jsx) }),
  };
}

function jsxOptions({ runtime, development, importSource, factory, fragment }: JsxSettings) {
  if (runtime === 'automatic') {
    return { runtime, development, ...(importSource !== undefined && { importSource }) };
  }
  return {
    runtime,
    ...(factory !== undefined && { pragma: factory }),
    ...(fragment !== undefined && { pragmaFrag: fragment }),
  };
}
