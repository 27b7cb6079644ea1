import { closestName } from '../../model/closestName.js';

/** An empty namespace. As in the language it has no prototype, so that only exports can be found on it. */
export function newNamespace(): object {
  const namespace = Object.defineProperty({}, Symbol.toStringTag, { value: 'Module' });
  Object.setPrototypeOf(namespace, null);
  return namespace;
}

/** `export *`: passes on all exports but `default`. The module's own exports take precedence. */
export function reExport(exports: object, namespace: object): void {
  for (const key of Object.keys(namespace)) {
    if (key === 'default' || Object.hasOwn(exports, key)) continue;
    Object.defineProperty(exports, key, {
      enumerable: true,
      configurable: true,
      get: (): unknown => Reflect.get(namespace, key),
    });
  }
}

/** Throws when an import names what the namespace does not export: the language refuses such an import too. */
export function requireExports(
  namespace: object,
  names: readonly string[],
  specifier: string,
  importer: string,
): void {
  const missing = names.find((name) => !(name in namespace));
  if (missing === undefined) return;
  const meant = closestName(missing, Object.keys(namespace));
  const hint = meant === undefined ? '; a type needs `import type`' : `; did you mean "${meant}"?`;
  throw new ImportError(`"${specifier}" has no export "${missing}"${hint}`, importer, missing);
}

/** An import in a plugin's module that cannot be linked. A `SyntaxError`, as the language says. */
export class ImportError extends SyntaxError {
  override readonly name = 'ImportError';

  constructor(
    message: string,
    /** The file that imports. */
    readonly importer: string,
    /** The specifier or name as it is written there. */
    readonly written: string,
  ) {
    super(message);
  }
}
