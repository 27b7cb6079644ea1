import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { PluginShape } from './writePlugin.ts';

const HOSTS = fileURLToPath(new URL('hosts', import.meta.url));
const TSX = fileURLToPath(new URL('../node_modules/tsx/dist/cli.mjs', import.meta.url));
const NODEMON = fileURLToPath(new URL('../node_modules/nodemon/bin/nodemon.js', import.meta.url));

/** A tool that reloads an edited file, and how it is started. */
export interface Tool {
  readonly name: string;
  readonly language: PluginShape['language'];
  /** A tool that restarts its process takes a second per edit, so it gets fewer rounds. */
  readonly everyNthRound: number;
  readonly command: (dir: string, socket: string) => readonly string[];
  /** A main file, written beside the plugin's entry, for a tool that follows static imports only. */
  readonly main?: (socket: string) => string;
}

/** hotpipe alone, as it is in each of these builds: folders that have an `index.js`. */
export function buildsOf(builds: readonly string[]): readonly Tool[] {
  return builds.map((build) => ({
    name: `hotpipe (ts, nodeFs), ${build}`,
    language: 'ts',
    everyNthRound: 1,
    command: (dir, socket) => [join(HOSTS, 'hotpipe.mjs'), dir, socket, 'nodeFs', build],
  }));
}

export const TOOLS: readonly Tool[] = [
  {
    name: 'hotpipe (ts, chokidar)',
    language: 'ts',
    everyNthRound: 1,
    command: (dir, socket) => [join(HOSTS, 'hotpipe.mjs'), dir, socket, 'chokidar'],
  },
  {
    name: 'hotpipe (ts, nodeFs)',
    language: 'ts',
    everyNthRound: 1,
    command: (dir, socket) => [join(HOSTS, 'hotpipe.mjs'), dir, socket, 'nodeFs'],
  },
  {
    name: 'hot-hook (js)',
    language: 'js',
    everyNthRound: 1,
    command: (dir, socket) => [join(HOSTS, 'hotHook.mjs'), dir, socket, 'index.js'],
  },
  {
    name: 'hot-hook + tsx (ts)',
    language: 'ts',
    everyNthRound: 1,
    command: (dir, socket) => [
      '--import',
      import.meta.resolve('tsx'),
      join(HOSTS, 'hotHook.mjs'),
      dir,
      socket,
      'index.ts',
    ],
  },
  {
    name: 'vite module runner (ts)',
    language: 'ts',
    everyNthRound: 1,
    command: (dir, socket) => [join(HOSTS, 'viteRunner.mjs'), dir, socket],
  },
  {
    name: 'dynohot (js)',
    language: 'js',
    everyNthRound: 1,
    main: (socket) => `import { answer } from './index.js';
import { answerOn } from ${JSON.stringify(pathToFileURL(join(HOSTS, 'answerOn.mjs')).href)};
import.meta.hot.accept('./index.js');
answerOn(${JSON.stringify(socket)}, () => answer());
`,
    command: (dir) => ['--import', import.meta.resolve('dynohot/register'), join(dir, 'main.js')],
  },
  {
    name: 'nodemon (js)',
    language: 'js',
    everyNthRound: 4,
    command: (dir, socket) => [
      NODEMON,
      '--quiet',
      '--watch',
      dir,
      join(HOSTS, 'restarted.mjs'),
      dir,
      socket,
    ],
  },
  {
    name: 'node --watch (js)',
    language: 'js',
    everyNthRound: 4,
    command: (dir, socket) => ['--watch', join(HOSTS, 'restarted.mjs'), dir, socket],
  },
  {
    name: 'tsx watch (ts)',
    language: 'ts',
    everyNthRound: 4,
    command: (dir, socket) => [TSX, 'watch', join(HOSTS, 'restarted.mjs'), dir, socket],
  },
];
