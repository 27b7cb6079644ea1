import { readFileSync } from 'node:fs';

/** What is published of `package.json`. */
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
}

export const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));

/** Of optional packages: only who installs them imports this. */
const needsMore = ['./nats'];
const subpaths = Object.keys(manifest.exports).filter(
  (name) => !name.endsWith('.json') && !needsMore.includes(name),
);

/** Each entry of the package that needs no optional one, as a program imports it. */
export const specifiers = subpaths.map((name) => name.replace('.', 'hotpipe'));

/** A program whose declarations name types of hotpipe: they must be nameable where only hotpipe itself can be imported. */
export const program = `${specifiers.map((name, at) => `import * as m${at} from '${name}';`).join('\n')}
import { debounceAdaptive, hotReload, PluginRuntime, presets, watchPlugins } from 'hotpipe';
import { from } from 'rxjs';
export const modules = [${specifiers.map((_, at) => `m${at}`).join(', ')}];
export const runtime = new PluginRuntime();
export const watched = watchPlugins(runtime, 'plugins');
export const events$ = hotReload({ ...presets.development, ...watched, target: runtime });
export const quiet$ = from([1]).pipe(debounceAdaptive(5));
`;

export interface TypeSettings {
  readonly compiler: 'typescript5' | 'typescript7';
  readonly module: string;
  readonly moduleResolution: string;
  readonly type: 'module' | 'commonjs';
}

/** What the README promises. */
export const SETTINGS: readonly TypeSettings[] = [
  { compiler: 'typescript7', module: 'nodenext', moduleResolution: 'nodenext', type: 'commonjs' },
  { compiler: 'typescript7', module: 'nodenext', moduleResolution: 'nodenext', type: 'module' },
  { compiler: 'typescript7', module: 'node16', moduleResolution: 'node16', type: 'module' },
  { compiler: 'typescript7', module: 'esnext', moduleResolution: 'bundler', type: 'module' },
  { compiler: 'typescript5', module: 'nodenext', moduleResolution: 'nodenext', type: 'module' },
  { compiler: 'typescript5', module: 'commonjs', moduleResolution: 'node10', type: 'commonjs' },
];

/** The files of a folder in which a compiler checks `program` with these settings, declarations of packages included. */
export function typeCheckFiles(settings: TypeSettings): Readonly<Record<string, string>> {
  const { module, moduleResolution, type } = settings;
  const compilerOptions = {
    module,
    moduleResolution,
    target: 'es2022',
    types: ['node'],
    strict: true,
    skipLibCheck: false,
    declaration: true,
    esModuleInterop: true,
    outDir: 'out',
  };
  return {
    'package.json': JSON.stringify({ type }),
    'program.ts': program,
    'tsconfig.json': JSON.stringify({ compilerOptions, files: ['program.ts'] }),
  };
}
