import {
  strykerValidationSchema,
  strykerPlugins as vitestPlugins,
} from '@stryker-mutator/vitest-runner';
import { every, first } from './groups.mjs';

const [vitestPlugin] = vitestPlugins;

/** The runner of Vitest, for a sample. A mutant that is not in it has the result "runtime error", which no score counts. */
function createSampledRunner(injector) {
  const runner = injector.injectFunction(vitestPlugin.factory);
  const run = runner.mutantRun.bind(runner);
  runner.mutantRun = (options) =>
    Number(options.activeMutant.id) % every === first
      ? run(options)
      : Promise.resolve({ status: 'error', errorMessage: 'not in the sample' });
  return runner;
}
createSampledRunner.inject = ['$injector'];

export { strykerValidationSchema };
export const strykerPlugins = [{ ...vitestPlugin, factory: createSampledRunner }];
