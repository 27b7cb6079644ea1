/** Floors: a file imports only from floors below its own, and each outside package has one file that imports it. */
const floors = {
  model: [],
  policies: ['model'],
  operators: ['model', 'policies'],
  state: ['model'],
  sources: ['model', 'policies', 'operators'],
  runtime: ['model', 'policies', 'operators', 'state'],
  sinks: ['model', 'policies', 'operators', 'state'],
  pipeline: ['model', 'policies', 'operators', 'state', 'sources', 'runtime', 'sinks'],
  cli: ['model', 'policies', 'operators', 'state', 'sources', 'runtime', 'sinks', 'pipeline'],
  dashboard: ['model', 'policies', 'operators', 'state', 'sources', 'runtime', 'sinks', 'pipeline'],
  testing: ['model', 'policies', 'operators', 'state', 'sources', 'runtime', 'sinks', 'pipeline'],
};

/** Package → the one file that may import it. */
const packages = {
  chokidar: 'src/sources/chokidarBackend\\.ts',
  micromatch: 'src/sources/pathFilter\\.ts',
  ignore: 'src/sources/GitignoreRules\\.ts',
  'smol-toml': 'src/runtime/parseToml\\.ts',
  semver: 'src/runtime/semverRange\\.ts',
  'oxc-transform': 'src/runtime/oxcCompiler\\.ts',
  picocolors: 'src/sinks/colors\\.ts',
};

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unlisted-package',
      severity: 'error',
      from: { path: '^src' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: 'node_modules/rxjs',
      },
    },
    ...Object.entries(floors).map(([floor, below]) => ({
      name: `floor-${floor}`,
      severity: 'error',
      from: { path: `^src/${floor}/` },
      to: { path: '^src/', pathNot: `^src/(${[floor, ...below].join('|')})/` },
    })),
    ...Object.entries(packages).map(([name, file]) => ({
      name: `one-door-to-${name}`,
      severity: 'error',
      from: { path: '^src', pathNot: `^${file}$` },
      to: { path: `node_modules/${name}/` },
    })),
    {
      name: 'pure-policies',
      severity: 'error',
      from: { path: '^src/(model|policies)/' },
      to: {
        path: '(node_modules/rxjs/|^(node:)?(fs|timers|crypto|os|path|child_process|worker_threads|vm)(/|$))',
      },
    },
    {
      name: 'operators-run-in-a-browser',
      severity: 'error',
      from: { path: '^src/operators/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-rxjs-internal',
      severity: 'error',
      from: { path: '^src' },
      to: { path: 'rxjs/internal' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
    },
  },
};
