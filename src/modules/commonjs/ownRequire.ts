import type Module from 'node:module';
import type { HostRequire } from './HostRequire.js';
import type { RequireTarget } from './resolveRequire.js';

/** A `require` of a file, with all that Node's has. */
export interface OwnRequire {
  (id: string): unknown;
  readonly resolve: {
    (id: string, options?: { paths?: string[] }): string;
    readonly paths: (id: string) => string[] | null;
  };
  readonly main: unknown;
  readonly extensions: object;
  readonly cache: Partial<Record<string, Module>>;
}

/** Makes the `require` of one file. */
export function newRequire(ports: {
  readonly filename: string;
  readonly cache: Partial<Record<string, Module>>;
  readonly extensions: object;
  readonly host: HostRequire;
  readonly resolve: (specifier: string) => RequireTarget;
  readonly load: (path: string) => unknown;
  /** Called when the host has loaded something for the file. */
  readonly onHostLoaded: ((specifier: string) => void) | undefined;
  /** The error for what is not found. */
  readonly missing: (specifier: string) => Error;
}): OwnRequire {
  const { filename, cache, extensions, host, load } = ports;
  const require = (id: string): unknown => {
    // Node's own `require` refuses what is no specifier at all, with its own error.
    if (typeof id !== 'string' || id === '') return host.require(id, filename, require);
    const target = ports.resolve(id);
    if (target.kind === 'own') return load(target.path);
    if (target.kind === 'host') {
      const loaded = host.require(target.specifier, filename, require);
      ports.onHostLoaded?.(target.specifier);
      return loaded;
    }
    throw ports.missing(id);
  };
  const resolve = (id: string, options?: { paths?: string[] }): string => {
    if (typeof id !== 'string' || options?.paths !== undefined) {
      return host.resolve(id, filename, options);
    }
    const target = ports.resolve(id);
    if (target.kind === 'own') return target.path;
    if (target.kind === 'host') return host.resolve(target.specifier, filename);
    throw ports.missing(id);
  };
  const paths = (id: string) => host.paths(id, filename);
  const main: unknown = host.main;
  return Object.assign(require, {
    ...{ resolve: Object.assign(resolve, { paths }), main, extensions, cache },
  });
}
