import type { CompiledModule } from '../compile/CompiledModule.js';

/** A JSON file as a module: each instance of a plugin gets a value of its own. */
export function runnableJson(source: string): CompiledModule['run'] {
  return ({ exports }) => {
    Object.defineProperty(exports, 'default', { value: JSON.parse(source), enumerable: true });
    return Promise.resolve();
  };
}
