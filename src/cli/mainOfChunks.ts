#!/usr/bin/env node
import { createRequire } from 'node:module';
import { packFiles } from '../modules/adapters/packFiles.js';
import { KeptProgram } from '../modules/KeptProgram.js';
import { keepCompiledProgram } from './control/keepCompiledProgram.js';
import type { CommandLineOptions } from './runCommandLine.js';

// The program of the package: `lib/cli` is CommonJS. Node starts that in two thirds of the time, because it need not start its loader of modules
// first, and its compiled code can be kept.

/** Bundled beside this file. */
const PROGRAM = 'runCommandLine.js';
/** How long after its first load a host has its compiled code kept, in milliseconds: what it does when it is idle has run, too. */
const KEEP_AFTER_MS = 2_000;

/** As Node ends a program of modules that waits for what never comes. @source https://nodejs.org/api/process.html#exit-codes */
const EXIT_UNSETTLED = 13;

const directory = keepCompiledProgram();
// No module is the main one for a plugin that asks, as in a program of modules.
Reflect.set(process, 'mainModule', undefined);
// Node finds source maps, and the lines for coverage, only of what it has loaded itself.
if (process.sourceMapsEnabled || process.env.NODE_V8_COVERAGE !== undefined) {
  run(createRequire(import.meta.url)(`./${PROGRAM}`), {});
} else {
  const program = new KeptProgram(import.meta.dirname, {
    directory,
    files: packFiles,
    importModule: (specifier, options): Promise<unknown> => import(specifier, options),
  });
  run(program.load(PROGRAM), {
    onFirstLoad: () => {
      const keep = () => program.keep();
      setTimeout(keep, KEEP_AFTER_MS).unref();
      process.once('exit', keep);
    },
  });
}

function run(program: unknown, options: CommandLineOptions): void {
  const begin: unknown = Reflect.get(Object(program), 'runCommandLine');
  if (typeof begin !== 'function') throw new TypeError(`${PROGRAM} is not whole`);
  const end = (): void => {
    process.exitCode ??= EXIT_UNSETTLED;
  };
  process.once('exit', end);
  void Promise.resolve(Reflect.apply(begin, undefined, [options])).then(() =>
    process.off('exit', end),
  );
}
