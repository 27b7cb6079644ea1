import nodeModule from 'node:module';

/** What Yarn adds to `node:module` in a process of Plug'n'Play, as far as it is used here. */
interface PnpApi {
  resolveToUnqualified(request: string, issuer: string, options: object): unknown;
  /** The real path of one that stands for a package with certain peers. */
  resolveVirtual?(path: string): unknown;
}

/**
 * The directory of a package that a file may import in a project of Yarn Plug'n'Play, where no `node_modules` shows it: a workspace's own,
 * or one in an archive, which the `fs` of such a process reads. Undefined in any other process, and for what the project does not name.
 *
 * @source https://yarnpkg.com/advanced/pnpapi
 */
export function plugAndPlayDirectory(name: string, importer: string): string | undefined {
  if (process.versions.pnp === undefined) return undefined;
  try {
    const find: unknown = Reflect.get(nodeModule, 'findPnpApi');
    const api: unknown =
      typeof find === 'function' ? Reflect.apply(find, undefined, [importer]) : undefined;
    if (!isPnpApi(api)) return undefined;
    const found = api.resolveToUnqualified(name, importer, { considerBuiltins: false });
    if (typeof found !== 'string') return undefined;
    const real = api.resolveVirtual?.(found);
    return typeof real === 'string' ? real : found;
  } catch {
    // The project does not name it.
    return undefined;
  }
}

function isPnpApi(api: unknown): api is PnpApi {
  return (
    typeof api === 'object' &&
    api !== null &&
    'resolveToUnqualified' in api &&
    typeof api.resolveToUnqualified === 'function'
  );
}
