/** What a module exports and imports, read from its compiled code without running it. */
export interface ModuleOutline {
  readonly exports: readonly string[];
  /** Specifiers of `export * from`. */
  readonly starExports: readonly string[];
  readonly imports: readonly { readonly specifier: string; readonly names: readonly string[] }[];
}

// The transpiler writes exports and imports before all other code, in these forms.
const EXPORT =
  /Object\.defineProperty\(__vite_ssr_exports__, ("(?:[^"\\]|\\.)*"), \{\n[^}]*\}\n\}\);\n/y;
const IMPORT =
  /const (__vite_ssr_import_\d+__) = await __vite_ssr_import__\(("(?:[^"\\]|\\.)*")(?:, \{ importedNames: (\[(?:"(?:[^"\\]|\\.)*"(?:, )?)*\]) \})?\);\n/y;
const STAR_EXPORT = /__vite_ssr_exportAll__\((__vite_ssr_import_\d+__)\);\n/y;

/** Comments and directives may stand between these exports and imports. */
const BETWEEN = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/|"use [a-z]+";)*/y;
/** An export or import in the rest of the code, in a form that is not known here. */
const LATER = /__vite_ssr_(?:exports__|import__\(|exportAll__)/;

/** Reads a module's exports and imports from its compiled code. Undefined when some are in a form that cannot be read. */
export function moduleOutline(code: string): ModuleOutline | undefined {
  const exports: string[] = [];
  const starExports: string[] = [];
  const imports: { specifier: string; names: readonly string[] }[] = [];
  const specifiers = new Map<string, string>();
  let at = 0;
  const next = (form: RegExp): RegExpExecArray | null => {
    form.lastIndex = at;
    const found = form.exec(code);
    if (found !== null) at = form.lastIndex;
    return found;
  };
  for (;;) {
    next(BETWEEN);
    const exported = next(EXPORT);
    const imported = exported ? null : next(IMPORT);
    const passed = (exported ?? imported) ? null : next(STAR_EXPORT);
    if (exported) exports.push(...words(`[${exported[1] ?? ''}]`));
    else if (imported) {
      const [, variable = '', quoted = '', names = '[]'] = imported;
      const [specifier = ''] = words(`[${quoted}]`);
      specifiers.set(variable, specifier);
      imports.push({ specifier, names: words(names) });
    } else if (passed) starExports.push(specifiers.get(passed[1] ?? '') ?? '');
    else return LATER.test(code.slice(at)) ? undefined : { exports, starExports, imports };
  }
}

function words(json: string): readonly string[] {
  const list: unknown = JSON.parse(json);
  return Array.isArray(list) ? list.map(String) : [];
}
