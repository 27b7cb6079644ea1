/** What a module says of itself before it runs. */
export interface ModuleOutline {
  readonly exports: readonly string[];
  /** The modules whose exports it passes on by `export *`. */
  readonly passesOn: readonly string[];
  readonly imports: readonly { readonly specifier: string; readonly names: readonly string[] }[];
}

// The compiler writes exports and imports before anything else, in these forms.
const EXPORT =
  /Object\.defineProperty\(__vite_ssr_exports__, ("(?:[^"\\]|\\.)*"), \{\n[^}]*\}\n\}\);\n/y;
const IMPORT =
  /const (__vite_ssr_import_\d+__) = await __vite_ssr_import__\(("(?:[^"\\]|\\.)*")(?:, \{ importedNames: (\[(?:"(?:[^"\\]|\\.)*"(?:, )?)*\]) \})?\);\n/y;
const PASS_ON = /__vite_ssr_exportAll__\((__vite_ssr_import_\d+__)\);\n/y;

/** Comments and directives stand between them. */
const BETWEEN = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/|"use [a-z]+";)*/y;
const LATER = /__vite_ssr_(?:exports__|import__\(|exportAll__)/;

/** Reads the exports and imports off a module's compiled form; undefined when not all of them stand where they can be read. */
export function moduleOutline(code: string): ModuleOutline | undefined {
  const exports: string[] = [];
  const passesOn: string[] = [];
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
    const passed = (exported ?? imported) ? null : next(PASS_ON);
    if (exported) exports.push(...words(`[${exported[1] ?? ''}]`));
    else if (imported) {
      const [, variable = '', quoted = '', names = '[]'] = imported;
      const [specifier = ''] = words(`[${quoted}]`);
      specifiers.set(variable, specifier);
      imports.push({ specifier, names: words(names) });
    } else if (passed) passesOn.push(specifiers.get(passed[1] ?? '') ?? '');
    else return LATER.test(code.slice(at)) ? undefined : { exports, passesOn, imports };
  }
}

function words(json: string): readonly string[] {
  const list: unknown = JSON.parse(json);
  return Array.isArray(list) ? list.map(String) : [];
}
