#!/usr/bin/env node
// By file, as in `dist/`. `mainOfChunks.ts` is the one of the package.
import { keepCompiledProgram } from './control/keepCompiledProgram.js';
import { runCommandLine } from './runCommandLine.js';

keepCompiledProgram();
await runCommandLine();
