import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { BoundedChild, type Command, type Ended, runBounded } from './boundedChild.js';
import { environmentIn, type PackageManager } from './packageManagers.js';

const LIMIT_MS = 60_000;
const INSTALL_LIMIT_MS = 150_000;
/** What a manager says when it is the network that fails. */
const NETWORK =
  /ENOTFOUND|ETIMEDOUT|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ENETUNREACH|ERR_SOCKET|RequestError|network|timed? ?out/i;

/**
 * A project of one manager: the host and the plugin of the README, and a second plugin, in a thread, that imports a package and a workspace
 * of the project, and whose tsconfig.json extends one of a package.
 */
export class InstalledProject {
  readonly dir: string;
  /** Why it could not be installed. `network`: nothing is wrong with the package. */
  problem: { readonly kind: 'network' | 'refused'; readonly output: string } | undefined;
  readonly #manager: PackageManager;
  readonly #env: NodeJS.ProcessEnv;

  /** @param home - Everything that the manager writes is below it. */
  constructor(manager: PackageManager, home: string) {
    this.#manager = manager;
    this.dir = join(home, 'project');
    this.#env = environmentIn(home);
    mkdirSync(this.#env['TMPDIR'] ?? home, { recursive: true });
  }

  async install(tarball: string, devDependencies: Readonly<Record<string, string>>): Promise<void> {
    const { files, install, workspaceRange } = this.#manager;
    const all = {
      ...files,
      'package.json': JSON.stringify({
        name: 'hello',
        private: true,
        type: 'module',
        workspaces: ['packages/*'],
        dependencies: { hotpipe: `file:${tarball}`, rxjs: '^7.8.2', steps: workspaceRange },
        devDependencies: { '@tsconfig/node20': '^20.1.0', ...devDependencies },
      }),
      'host.js': readmeFile('// host.js'),
      'plugins/counter/plugin.toml': readmeFile('# plugins/counter/plugin.toml'),
      'plugins/counter/index.ts': readmeFile('// plugins/counter/index.ts'),
      'packages/steps/package.json': JSON.stringify({
        name: 'steps',
        version: '1.0.0',
        type: 'module',
        exports: './index.ts',
      }),
      'packages/steps/index.ts': 'export const STEP: number = 1;\n',
      'plugins/stepper/plugin.toml':
        'name = "stepper"\nversion = "1.0.0"\nsource = "./index.ts"\nmode = "worker"\n',
      'plugins/stepper/tsconfig.json': JSON.stringify({
        extends: '@tsconfig/node20/tsconfig.json',
      }),
      'plugins/stepper/index.ts': `import { Observable } from 'rxjs';
import { STEP } from 'steps';
export const saveState = () => ({ steps: STEP });
export const restoreState = (_: { steps: number }) => {};
export const start = () => console.log(\`stepper steps \${STEP}, \${typeof Observable}\`);
`,
    };
    for (const [name, text] of Object.entries(all)) this.write(name, text);
    const ended = await this.#run(install, INSTALL_LIMIT_MS);
    if (ended.code === 0) return;
    const kind = ended.code === undefined || NETWORK.test(ended.output) ? 'network' : 'refused';
    this.problem = { kind, output: ended.output };
  }

  write(name: string, text: string): void {
    const path = join(this.dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  edit(name: string, from: string, to: string): void {
    const text = readFileSync(join(this.dir, name), 'utf8');
    expect(text).toContain(from);
    this.write(name, text.replace(from, to));
  }

  node(...args: readonly string[]): Promise<Ended> {
    return this.#run(this.#manager.node(...args));
  }

  exec(name: string, ...args: readonly string[]): Promise<Ended> {
    return this.#run(this.#manager.exec(name, ...args));
  }

  /** Another program of this machine, in the project. */
  run(file: string, ...args: readonly string[]): Promise<Ended> {
    return this.#run({ file, args });
  }

  start(...args: readonly string[]): BoundedChild {
    return new BoundedChild(this.#manager.node(...args), this.#surroundings(LIMIT_MS));
  }

  #run(command: Command, limitMs = LIMIT_MS): Promise<Ended> {
    return runBounded(command, this.#surroundings(limitMs));
  }

  #surroundings(limitMs: number) {
    return { cwd: this.dir, env: this.#env, limitMs };
  }
}

/** The block of code in the README that has this line, as a person copies it. */
function readmeFile(line: string): string {
  const blocks = readFileSync('README.md', 'utf8').matchAll(/^```\w+\n(.*?)^```$/gms);
  for (const [, code = ''] of blocks) if (code.split('\n').includes(line)) return code;
  throw new Error(`README.md has no block with the line "${line}"`);
}
