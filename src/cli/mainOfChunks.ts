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

const directory = keepCompiledProgram();
if (directory === undefined) run(createRequire(import.meta.url)(`./${PROGRAM}`), {});
else {
  const program = new KeptProgram(import.meta.dirname, { directory, files: packFiles });
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
  Reflect.apply(begin, undefined, [options]);
}
