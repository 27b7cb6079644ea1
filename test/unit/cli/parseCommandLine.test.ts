import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/arguments/parseCommandLine.js';
import { UsageError } from '../../../src/cli/arguments/UsageError.js';

describe('parseCommandLine', () => {
  it('fills in the defaults', () => {
    expect(parseCommandLine(['watch'])).toEqual({
      _tag: 'watch',
      dir: '.',
      isJson: false,
      isVerbose: false,
      isClearing: false,
      excludes: [],
      dashboardPort: undefined,
      recordFile: undefined,
      redact: 'paths',
      onEvent: undefined,
      stateDir: undefined,
      backend: 'chokidar',
      preset: 'development',
      mode: 'in-process',
      apiVersion: { major: 0, minor: 1, patch: 0 },
    });
  });

  it('takes options before and after the directory, with a space or an equals sign', () => {
    const args = [
      'watch',
      '--json',
      'plugins',
      '--state',
      's',
      '--backend=nodeFs',
      '--api-version=1.2.3',
      '--worker',
    ];
    expect(parseCommandLine(args)).toMatchObject({
      dir: 'plugins',
      isJson: true,
      stateDir: 's',
      backend: 'nodeFs',
      mode: 'worker',
      apiVersion: { major: 1, minor: 2, patch: 3 },
    });
  });

  it.each([
    [['watch', '--dashboard', 'plugins'], 0],
    [['watch', 'plugins', '--dashboard'], 0],
    [['watch', '--dashboard=8080', 'plugins'], 8080],
  ])('%j has a dashboard, and its directory', (args, dashboardPort) => {
    expect(parseCommandLine(args)).toMatchObject({ _tag: 'watch', dir: 'plugins', dashboardPort });
  });

  it.each(['x', '-1', '65536', '1e3'])('refuses --dashboard=%s', (port) => {
    expect(() => parseCommandLine(['watch', `--dashboard=${port}`])).toThrow(
      `--dashboard "${port}" is no port: a whole number from 0 to 65535`,
    );
  });

  it('takes what the host shares for check', () => {
    const shared = ['--shared', 'db.mjs', '--shared=lib/*.mjs'];
    expect(parseCommandLine(['check', ...shared])).toMatchObject({
      _tag: 'check',
      shared: ['db.mjs', 'lib/*.mjs'],
    });
  });

  it('takes --compile for check, and where to keep it', () => {
    expect(parseCommandLine(['check', '--compile', '--state', 's'])).toMatchObject({
      _tag: 'check',
      compile: { stateDir: 's' },
    });
    expect(parseCommandLine(['check', '--compile'])).toMatchObject({
      compile: { stateDir: undefined },
    });
  });

  it('takes a directory, --json and --api-version for check', () => {
    expect(parseCommandLine(['check', '--json', 'plugins', '--api-version', '1.2.3'])).toEqual({
      _tag: 'check',
      dir: 'plugins',
      isJson: true,
      apiVersion: { major: 1, minor: 2, patch: 3 },
    });
  });

  it('takes nothing but a directory for doctor', () => {
    expect(parseCommandLine(['doctor'])).toEqual({ _tag: 'doctor', dir: '.' });
    expect(parseCommandLine(['doctor', 'plugins'])).toEqual({ _tag: 'doctor', dir: 'plugins' });
  });

  it('takes several globs to exclude, and a command for events', () => {
    const args = [
      'watch',
      '--exclude',
      '*.log',
      '--exclude=tmp/**',
      '--on-event',
      'jq .',
      '--clear',
    ];
    expect(parseCommandLine(args)).toMatchObject({
      excludes: ['*.log', 'tmp/**'],
      onEvent: 'jq .',
      isClearing: true,
    });
  });

  it('takes every word after the function as JSON', () => {
    const args = [
      'call',
      '--dir',
      'plugins',
      'counter',
      'add',
      '-5',
      '{"a":[1]}',
      '"--dir"',
      'null',
    ];
    expect(parseCommandLine(args)).toEqual({
      _tag: 'call',
      plugin: 'counter',
      fn: 'add',
      args: [-5, { a: [1] }, '--dir', null],
      dir: 'plugins',
    });
  });

  it('takes a name for new, and a directory for status', () => {
    expect(parseCommandLine(['new', 'plugins/a', '--js'])).toEqual({
      _tag: 'new',
      path: 'plugins/a',
      language: 'js',
    });
    expect(parseCommandLine(['new', '--single', 'plugins/a'])).toEqual({
      _tag: 'new',
      path: 'plugins/a',
      language: 'ts',
      isSingle: true,
    });
    expect(parseCommandLine(['status', 'plugins'])).toEqual({ _tag: 'status', dir: 'plugins' });
    expect(parseCommandLine(['status'])).toEqual({ _tag: 'status', dir: undefined });
  });

  it.each([[['help']], [['call', '-h']], [['--help']], [['-h']], [['watch', '--help']]])(
    'shows the help for %j',
    (args) => {
      expect(parseCommandLine(args)).toEqual({ _tag: 'help' });
    },
  );

  it.each([
    [[], 'no command given; try: hotpipe watch plugins'],
    [['wach'], 'unknown command "wach"; did you mean watch?'],
    [['replya', 'run.ndjson'], 'unknown command "replya"; did you mean replay?'],
    [
      ['frobnicate'],
      'unknown command "frobnicate"; use one of: watch, run, check, doctor, new, call, status, explain, fleet, replay, what-if, export, trace, help',
    ],
    [['explain', ''], 'the plugin or path is empty; name one'],
    [['run', ''], 'the file is empty; name one'],
    [['watch', ''], 'the directory is empty; leave it out to use the current directory'],
    [['watch', '--jsn'], 'unknown option --jsn; did you mean --json?'],
    [['watch', '--frobnicate'], 'unknown option --frobnicate; see hotpipe --help'],
    [['watch', '-x'], 'unknown option -x; see hotpipe --help'],
    [['watch', '--state'], '--state needs a value; see hotpipe --help'],
    [
      ['watch', '--state', '--json', 'plugins'],
      '--state needs a value, but --json follows; if that is the value, write --state=--json',
    ],
    [['watch', '--json=yes'], '--json takes no value, but got "yes"'],
    [
      ['watch', '--backend', 'inotify'],
      'unknown --backend "inotify"; use one of: chokidar, nodeFs, polling',
    ],
    [['watch', '--backend', 'nodefs'], 'unknown --backend "nodefs"; did you mean nodeFs?'],
    [['watch', '--api-version', '1.2'], '--api-version "1.2" is not of the form 1.2.3'],
    [['docter'], 'unknown command "docter"; did you mean doctor?'],
    [['doctor', '--json'], 'doctor takes no options, but got --json'],
    [
      ['check', '--preset', 'production'],
      'check takes --json and --api-version and --compile and --manifests and --shared and --state only, but got --preset',
    ],
    [['check', '--state', 's'], '--state: check keeps nothing without --compile'],
    [['new'], 'new needs a name; try: hotpipe new plugins/counter'],
    [['new', 'a', '--json'], 'new takes --js and --single only, but got --json'],
    [['call'], 'call needs a plugin and a function; try: hotpipe call counter increment 1'],
    [
      ['call', 'counter'],
      'call needs a plugin and a function; try: hotpipe call counter increment 1',
    ],
    [['call', '--json', 'a', 'b'], 'call takes --dir only, but got --json'],
    [['call', '--dir'], '--dir needs a value; see hotpipe --help'],
    [
      ['call', 'counter', 'add', 'one'],
      `argument 1 (one) is not JSON; write a text in quotes: '"one"'`,
    ],
    [['doctor', 'a', 'b'], 'only one directory may be given, but also got: b'],
    [['watch', 'a', 'b'], 'only one directory may be given, but also got: b'],
  ])('says in one line what is wrong with %j', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(new UsageError(message));
  });
});
