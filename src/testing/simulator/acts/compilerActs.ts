import type { Host } from '../host/Host.js';
import type { CompilerFate } from '../host/SimulatedCompiler.js';
import type { FaultDraw } from './DrawContext.js';
import { drawSave, type FileAct } from './fileActs.js';

/** The next file of the plugin that is compiled takes `takesMs`, fails, or never ends. */
export interface CompilerAct {
  readonly afterMs: number;
  readonly do: 'loader';
  readonly plugin: number;
  readonly fate: CompilerFate;
  readonly takesMs: number;
}

export function performCompilerAct(act: CompilerAct, host: Host, plugin: string): void {
  host.compiler.setFate(plugin, act.fate, act.takesMs);
}

export const compilerFaults = {
  'slow-loader': drawCompilerFault('slow'),
  'failing-loader': drawCompilerFault('fail'),
  'throwing-loader': drawCompilerFault('throw'),
  'hanging-loader': drawCompilerFault('hang'),
} satisfies Record<string, FaultDraw<CompilerAct | FileAct>>;

/** Draws the fault and a save that runs into it, one or more times for one plugin. */
function drawCompilerFault(fate: CompilerFate): FaultDraw<CompilerAct | FileAct> {
  return (draws, { delayMs }) => {
    const { random } = draws;
    const plugin = draws.plugin();
    const acts: (CompilerAct | FileAct)[] = [];
    // The number of rounds is drawn anew in each round: recorded seeds depend on it.
    for (let round = 0; round < random.pick(1, 3); round += 1) {
      acts.push({ afterMs: round, do: 'loader', plugin, fate, takesMs: delayMs });
      acts.push(drawSave(draws, random.pick(0, 40), plugin));
    }
    return acts;
  };
}
