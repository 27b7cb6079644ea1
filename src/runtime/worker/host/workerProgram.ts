import type { SourceProgram } from './sourceProgram.js';

/** What a worker's thread runs: a file, or a text with the data that it needs. */
export interface WorkerProgram {
  readonly entry: URL | string;
  readonly isText: boolean;
  readonly data: SourceProgram | undefined;
}

let known: Promise<WorkerProgram> | undefined;

/** The built file beside this one. Where the sources themselves run, as under a test runner, Node cannot load it: they are compiled. */
export function workerProgram(): Promise<WorkerProgram> {
  return (known ??= findProgram());
}

async function findProgram(): Promise<WorkerProgram> {
  const isBuilt = !import.meta.url.endsWith('.ts');
  if (isBuilt) {
    const entry = new URL('../thread/workerMain.js', import.meta.url);
    return { entry, isText: false, data: undefined };
  }
  const { sourceProgram, startSource } = await import('./sourceProgram.js');
  const data = sourceProgram(new URL('../thread/workerMain.ts', import.meta.url));
  return { entry: startSource, isText: true, data };
}
