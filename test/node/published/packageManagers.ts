import { join } from 'node:path';
import type { Command } from './boundedChild.js';

/** How a package manager installs a project, and runs something in it. */
export interface PackageManager {
  readonly name: 'npm' | 'pnpm' | 'yarn';
  /** How `package.json` names a package of the same workspace. */
  readonly workspaceRange: string;
  /** Files that the manager wants beside `package.json`. */
  readonly files: Readonly<Record<string, string>>;
  readonly install: Command;
  /** Node, as a person starts it in such a project. */
  node(...args: readonly string[]): Command;
  /** A command that an installed package has. */
  exec(name: string, ...args: readonly string[]): Command;
}

export function npm(): PackageManager {
  return {
    name: 'npm',
    workspaceRange: '*',
    files: {},
    // What does not run on this Node is refused, not warned of.
    install: { file: 'npm', args: ['install', '--engine-strict', '--no-audit', '--no-fund'] },
    node: (...args) => ({ file: process.execPath, args }),
    exec: (name, ...args) => ({ file: 'npx', args: ['--no', name, ...args] }),
  };
}

export function pnpm(program: string): PackageManager {
  const run = (...args: readonly string[]) => ({
    file: process.execPath,
    args: [program, ...args],
  });
  return {
    name: 'pnpm',
    workspaceRange: 'workspace:*',
    files: { 'pnpm-workspace.yaml': "packages: ['packages/*']\n" },
    install: run('install', '--no-frozen-lockfile', '--config.engine-strict=true'),
    node: (...args) => ({ file: process.execPath, args }),
    exec: (name, ...args) => run('exec', name, ...args),
  };
}

/** Yarn with Plug'n'Play: there is no `node_modules`, packages stay in archives. */
export function yarn(program: string): PackageManager {
  const run = (...args: readonly string[]) => ({
    file: process.execPath,
    args: [program, ...args],
  });
  return {
    name: 'yarn',
    workspaceRange: 'workspace:*',
    files: { 'yarn.lock': '', '.yarnrc.yml': 'nodeLinker: pnp\n' },
    install: run('install'),
    node: (...args) => run('node', ...args),
    exec: (name, ...args) => run('run', name, ...args),
  };
}

/** An environment in which all three keep what they keep (caches, stores, homes, settings) below `dir`, and read nothing of a person's. */
export function environmentIn(dir: string): NodeJS.ProcessEnv {
  // `npm test` hands its own settings on to its children.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|pnpm_|yarn_|xdg_|node_options$|force_color$|no_color$)/i.test(name),
  );
  const registry = process.env['npm_config_registry'];
  return {
    ...Object.fromEntries(inherited),
    HOME: join(dir, 'home'),
    TMPDIR: join(dir, 'tmp'),
    XDG_CACHE_HOME: join(dir, 'xdg/cache'),
    XDG_CONFIG_HOME: join(dir, 'xdg/config'),
    XDG_DATA_HOME: join(dir, 'xdg/data'),
    XDG_STATE_HOME: join(dir, 'xdg/state'),
    PNPM_HOME: join(dir, 'pnpm'),
    npm_config_cache: join(dir, 'npm'),
    npm_config_store_dir: join(dir, 'store'),
    npm_config_update_notifier: 'false',
    npm_config_fetch_timeout: '30000',
    YARN_GLOBAL_FOLDER: join(dir, 'yarn'),
    YARN_ENABLE_TELEMETRY: '0',
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    YARN_HTTP_TIMEOUT: '30000',
    ...(registry !== undefined && {
      npm_config_registry: registry,
      YARN_NPM_REGISTRY_SERVER: registry,
    }),
  };
}
