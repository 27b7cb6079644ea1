import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Ended, runBounded } from './boundedChild.js';
import { InstalledProject } from './InstalledProject.js';
import { environmentIn, npm, type PackageManager, pnpm, yarn } from './packageManagers.js';
import { SETTINGS, specifiers, type TypeSettings, typeCheckFiles } from './typesProgram.js';

// The packed package, installed by real managers into an empty project, from the registry. Everything that they write is in one temporary
// folder. `HOTPIPE_PNPM` and `HOTPIPE_YARN` name their programs; without them, they are fetched too. The ordinary run has Yarn with Plug'n'Play,
// which is the most different; npm and pnpm, whose layout installed.test.ts makes by hand, and the types are for `HOTPIPE_FAULTS=long`.

const isLong = process.env['HOTPIPE_FAULTS'] === 'long';
const home = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-managers-')));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const hasNetwork = await canReachRegistry();
if (!hasNetwork) console.log('skipped: package managers (the npm registry does not answer)');
const projects = hasNetwork ? await installAll() : [];

async function canReachRegistry(): Promise<boolean> {
  const args = ['view', 'rxjs@7.8.2', 'version', '--fetch-retries=1', '--fetch-timeout=10000'];
  const { code } = await runNpm(args, 25_000);
  return code === 0;
}

async function installAll() {
  const [tarball, managers] = await Promise.all([packed(), fetched()]);
  return Promise.all(
    managers.map(async (manager) => {
      const project = new InstalledProject(manager, join(home, manager.name));
      const compilers = manager.name === 'yarn' ? { typescript: '~5.9.3' } : {};
      await project.install(tarball, isLong ? { '@types/node': '^20.0.0', ...compilers } : {});
      if (project.problem?.kind === 'network') {
        console.log(`skipped: ${manager.name} (the network fails): ${project.problem.output}`);
      }
      return { name: manager.name, project };
    }),
  );
}

async function packed(): Promise<string> {
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', home];
  const { code, output } = await runNpm(args, 60_000);
  if (code !== 0) throw new Error(`npm pack failed:\n${output}`);
  return join(home, output.trim());
}

/**
 * The managers that there are, or can be fetched.
 *
 * @source pnpm 10 and Yarn 4 are JavaScript, need no install script and run on Node 20; pnpm 11 needs Node 22, and 12 is a native binary.
 */
async function fetched(): Promise<readonly PackageManager[]> {
  const tools = join(home, 'tools');
  const wanted = [
    {
      make: yarn,
      given: process.env['HOTPIPE_YARN'],
      name: '@yarnpkg/cli-dist',
      version: '4',
      program: 'bin/yarn.js',
    },
    ...(isLong
      ? [
          {
            make: pnpm,
            given: process.env['HOTPIPE_PNPM'],
            name: 'pnpm',
            version: '10',
            program: 'bin/pnpm.cjs',
          },
        ]
      : []),
  ].map((one) => ({
    ...one,
    path: given(one.given) ?? join(tools, 'node_modules', one.name, one.program),
  }));
  const missing = wanted.filter(({ path }) => !existsSync(path));
  if (missing.length > 0) {
    const packages = missing.map(({ name, version }) => `${name}@${version}`);
    const install = ['install', '--prefix', tools, '--no-save', '--ignore-scripts', '--no-audit'];
    const { code, output } = await runNpm([...install, ...packages], 120_000);
    if (code !== 0) console.log(`skipped: ${packages.join(', ')} (cannot be fetched): ${output}`);
  }
  const there = wanted.filter(({ path }) => existsSync(path));
  return [...(isLong ? [npm()] : []), ...there.map(({ make, path }) => make(path))];
}

/** A program that a variable names, where it is there. */
function given(path: string | undefined): string | undefined {
  return path !== undefined && existsSync(path) ? path : undefined;
}

function runNpm(args: readonly string[], limitMs: number): Promise<Ended> {
  const env = environmentIn(join(home, 'npm'));
  mkdirSync(env['TMPDIR'] ?? home, { recursive: true });
  return runBounded({ file: 'npm', args }, { cwd: process.cwd(), env, limitMs });
}

const usable = projects.filter(({ project }) => project.problem?.kind !== 'network');
// Hooks do not run where each test is skipped.
if (usable.length === 0) rmSync(home, { recursive: true, force: true });

test.skipIf(usable.length === 0)('managers keep nothing in the home', () => {
  const kept = ['.yarn', '.yarnrc.yml', '.cache/pnpm', '.local/share/pnpm', '.local/state/pnpm'];
  expect(kept.filter((name) => existsSync(join(process.env['HOME'] ?? '', name)))).toEqual([]);
});

describe.each(usable)('in a project of $name', ({ name, project }) => {
  test('it is installed, and so is everything that it needs, for this Node', () => {
    expect(project.problem?.output).toBeUndefined();
  });

  test("the README's host loads and reloads, in process and in a thread, own packages included", async () => {
    const host = project.start('host.js');
    try {
      const says = (...patterns: readonly RegExp[]) =>
        host.until((output) => patterns.every((pattern) => pattern.test(output)));
      await says(/counter serves version 1/, /stepper steps 1, function/, /^1$/m);
      project.edit('plugins/counter/index.ts', 'STEP = 1;', 'STEP = 1000;');
      await says(/counter reloaded version 1 → 2/, /^10\d\d$/m);
      project.edit('packages/steps/index.ts', '= 1;', '= 20;');
      await says(/stepper reloaded version 1 → 2/, /stepper steps 20, function/);
      expect(host.output).not.toMatch(/failed/i);
    } finally {
      host.kill();
      await host.ended;
    }
  });

  test('its command checks plugins, and makes one', async () => {
    const made = isLong ? await project.exec('hotpipe', 'new', 'plugins/clicks') : undefined;
    expect(made?.code ?? 0, made?.output).toBe(0);
    const check = ['check', 'plugins', '--compile', '--state', 'state'];
    const { code, output } = await project.exec('hotpipe', ...check);
    expect(output).toMatch(/ok +counter 1\.0\.0, 1 file\b/);
    expect(output).toMatch(/ok +stepper 1\.0\.0, 2 files/);
    if (isLong) expect(output).toMatch(/ok +clicks/);
    expect(code).toBe(0);
  });

  test('each subpath is imported, and required', async () => {
    project.write('each.cjs', countExports);
    const { output } = await project.node('--no-warnings', 'each.cjs');
    const counted: { imported: number[]; required: number[] | string } = JSON.parse(
      output.split('\n').find((line) => line.startsWith('{')) ?? JSON.stringify({ output }),
    );
    expect(counted.imported.length).toBe(specifiers.length);
    expect(Math.min(...counted.imported)).toBeGreaterThan(0);
    // Node 20 asks no hook of Plug'n'Play what a required module imports. The README says so.
    const isUnable = name === 'yarn' && process.versions.node.startsWith('20.');
    expect(counted.required).toEqual(isUnable ? 'ERR_MODULE_NOT_FOUND' : counted.imported);
  });
});

/** A program that prints how much each subpath exports, or why not. */
const countExports = `
const all = ${JSON.stringify(specifiers)};
const count = (loaded) => Object.keys(loaded).length;
const required = () => { try { return all.map((each) => count(require(each))); } catch ({ code }) { return code; } };
const fromRequired = required();
Promise.all(all.map((each) => import(each))).then((loaded) => {
  console.log(JSON.stringify({ imported: loaded.map(count), required: fromRequired }));
});
`;

/** Yarn makes TypeScript up to 6 know Plug'n'Play; TypeScript 7 does not know it. */
const typeChecks = usable.flatMap(({ name, project }) =>
  SETTINGS.filter(({ compiler }) => name !== 'yarn' || compiler === 'typescript5').map(
    (settings) => ({ name, project, ...settings }),
  ),
);

// Each of them takes 4 to 10 s of a processor; installed.test.ts has a quick one.
test.skipIf(!isLong).each(typeChecks)(
  'in a project of $name its types hold in $compiler, module $module, moduleResolution $moduleResolution, type $type',
  async ({ name, project, compiler, module, moduleResolution, type }) => {
    const settings: TypeSettings = { compiler, module, moduleResolution, type };
    const folder = `types-${compiler}-${moduleResolution}-${type}`;
    for (const [file, text] of Object.entries(typeCheckFiles(settings)))
      project.write(join(folder, file), text);
    const ended =
      name === 'yarn'
        ? await project.exec('tsc', '-p', folder)
        : await project.run(
            process.execPath,
            resolve('node_modules', compiler, 'bin/tsc'),
            '-p',
            folder,
          );
    expect(ended).toEqual({ code: 0, output: '' });
  },
);
