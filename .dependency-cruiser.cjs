/** Floors: a file imports only from floors below its own. docs/architecture.md draws them. */
const floors = {
  model: [],
  policies: ['model'],
  modules: ['model'],
  operators: ['model', 'policies'],
  state: ['model'],
  sources: ['model', 'policies', 'operators'],
  runtime: ['model', 'policies', 'modules', 'operators', 'state'],
  sinks: ['model', 'policies', 'operators', 'state'],
  pipeline: ['model', 'policies', 'modules', 'operators', 'state', 'sources', 'runtime', 'sinks'],
  trace: ['model', 'policies', 'operators', 'sinks', 'pipeline', 'explain'],
  metrics: ['model'],
  explain: ['model', 'policies', 'operators', 'sources', 'runtime', 'sinks', 'pipeline'],
  dashboard: ['model', 'sinks', 'explain', 'metrics'],
  fleet: [
    ...['model', 'policies', 'modules', 'operators', 'state'],
    ...['sources', 'runtime', 'sinks', 'pipeline', 'trace'],
  ],
  nats: ['model', 'fleet'],
  cli: [
    ...['model', 'policies', 'modules', 'operators', 'state'],
    ...['sources', 'runtime', 'sinks', 'pipeline', 'trace', 'fleet'],
    ...['explain', 'dashboard', 'nats'],
  ],
  testing: [
    ...['model', 'policies', 'modules', 'operators', 'state'],
    ...['sources', 'runtime', 'sinks', 'pipeline', 'trace'],
  ],
};

/**
 * Rooms of each floor, from top to bottom; '.' are the files beside the rooms. A file imports from its own room and from those below.
 * Rooms in one list stand beside each other and do not import each other.
 */
const rooms = {
  cli: ['.', ['commands', 'fleet'], ['doctor/adapters', 'control'], 'doctor', 'arguments'],
  testing: [
    '.',
    'simulator',
    ['simulator/world', 'simulator/checks'],
    'simulator/acts',
    'simulator/host',
    ['simulator/bugs', 'simulator/checks/shared'],
    'simulator/disks',
    'simulator/observe',
    ['simulator/setup', 'simulator/plugin'],
  ],
  trace: ['.', 'export', 'model', ['replay', 'adapters'], ['file', 'virtual', 'picture']],
  pipeline: [
    '.',
    ['trials', 'stream', 'reload', 'record', 'rehearsal'],
    ['options', 'record/adapters'],
    'userCode',
  ],
  nats: ['.'],
  fleet: ['.', ['agent', 'control'], 'rollout', 'bundles', ['adapters', 'protocol']],
  dashboard: ['.', ['server', 'page'], ['lanes', 'fleet', 'adapters']],
  metrics: ['.', 'adapters'],
  explain: ['.'],
  sinks: ['.', ['adapters', 'effects', 'terminal']],
  runtime: [
    '.',
    ['registry', 'rehearsal'],
    ['reload', 'recovery'],
    'swap',
    'slot',
    'environment',
    'worker/host/adapters',
    ['worker/host', 'worker/thread'],
    ['worker/thread/adapters', 'protocol'],
    'worker/wire',
    'instances',
    'code',
    ['manifest', 'adapters'],
    'calls',
  ],
  modules: [
    '.',
    'link',
    'compile',
    'scan',
    'cache',
    'commonjs',
    'tsconfig',
    'resolve',
    'evaluate',
    'stacks',
    'adapters',
    ['files', 'places'],
  ],
  sources: [
    '.',
    'session',
    'tree',
    ['changes', 'backends'],
    ['forest', 'adapters'],
    ['disk', 'filters'],
  ],
  state: ['.', 'adapters', 'writer', 'records', ['disk', 'ledger']],
  operators: ['.', ['breaker', 'debounce', 'keyed', 'retry', 'adapters'], ['chain', 'linked']],
  policies: [['debounce', 'retry'], 'breaker', 'backoff', '.'],
  model: ['codecs', ['reload', 'trace'], 'events', '.'],
};

/** What other floors may import of `src/modules`: its files beside the rooms, the port to files, and the places in texts. */
const moduleDoors = ['[^/]+\\.ts', 'files/', 'places/', 'adapters/'];

/** Package → the one file that may import it. */
const packages = {
  chokidar: 'src/sources/backends/chokidarBackend\\.ts',
  micromatch: 'src/sources/filters/pathFilter\\.ts',
  ignore: 'src/sources/filters/GitignoreRules\\.ts',
  'smol-toml': 'src/runtime/manifest/parseToml\\.ts',
  semver: 'src/runtime/manifest/semverRange\\.ts',
  'oxc-parser': 'src/modules/compile/parseModule\\.ts',
  'oxc-transform': 'src/modules/compile/transpileTypescript\\.ts',
  'jsonc-parser': 'src/modules/tsconfig/parseTsconfig\\.ts',
  picocolors: 'src/sinks/terminal/colors\\.ts',
};

function filesIn(floor, room) {
  return room === '.' ? `^src/${floor}/[^/]+\\.ts$` : `^src/${floor}/${room}/[^/]+\\.ts$`;
}

function rulesOfRooms([floor, levels]) {
  const steps = levels.map((level) => [level].flat());
  const isListed = steps.flat().map((room) => filesIn(floor, room));
  const ownOrBelow = (level, room) => [room, ...steps.slice(level + 1).flat()];
  const order = steps.flatMap((level, at) =>
    level.map((room) => ({
      name: `room-${floor}/${room}`,
      severity: 'error',
      from: { path: filesIn(floor, room) },
      to: {
        path: `^src/${floor}/`,
        pathNot: ownOrBelow(at, room).map((below) => filesIn(floor, below)),
      },
    })),
  );
  const unlisted = {
    name: `room-of-${floor}-is-not-listed`,
    severity: 'error',
    from: {},
    to: { path: `^src/${floor}/`, pathNot: isListed },
  };
  return [...order, unlisted];
}

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
    ...Object.entries(rooms).flatMap(rulesOfRooms),
    {
      name: 'modules-through-its-doors',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/modules/' },
      to: {
        path: '^src/modules/',
        pathNot: moduleDoors.map((door) => `^src/modules/${door}`),
      },
    },
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
      // The thread of a plugin starts without packages: what it runs is looked at as it is built, where types are gone
      // (`npm run check:thread` starts at the thread's program).
      name: 'no-package-in-the-thread',
      severity: 'error',
      from: { path: '^(dist|lib)/' },
      to: { pathNot: '^(dist|lib)/', dependencyTypesNot: ['core'] },
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
