import type { Act } from '../acts/Act.js';
import type { Findings } from '../witness/Findings.js';
import { ROOT } from '../setup/Setup.js';
import type { Host } from '../host/Host.js';
import type { PluginFolders } from './PluginFolders.js';

/** The machine, as acts see it. */
interface Machine {
  readonly host: Host;
  readonly folders: PluginFolders;
  readonly plugins: readonly string[];
  call(plugin: string, takesMs: number): void;
  crash(act: Extract<Act, { readonly do: 'crash' }>): Promise<void>;
  setClock(byMs: number): void;
  rollBack(plugin: string): Promise<void>;
  restart(): Promise<void>;
  quiet(): Promise<void>;
}

/** Does what an act says, to the files, the ports or the host itself. */
export async function performAct(act: Act, world: Machine, findings: Findings): Promise<void> {
  const { host, folders } = world;
  const name = (at: number) => world.plugins[at] ?? '';
  switch (act.do) {
    case 'write':
      folders.write(name(act.plugin), act.program);
      break;
    case 'safeSave':
      folders.safeSave(name(act.plugin), act.program);
      break;
    case 'tornWrite':
      folders.writeHalf(name(act.plugin), act.program, act.gapMs);
      break;
    case 'restore':
      folders.restore(name(act.plugin), act.program);
      break;
    case 'rewrite':
    case 'remove':
    case 'breakManifest':
    case 'mendManifest':
      folders[act.do](name(act.plugin));
      break;
    case 'call':
      world.call(name(act.plugin), act.takesMs);
      break;
    case 'hints':
      host.backend.setFate(act.fate, act.count, act.delayMs);
      break;
    case 'overflow':
      host.backend.overflow(act.count);
      break;
    case 'watchError':
      host.backend.refuse(`${ROOT}/${name(act.plugin)}`);
      break;
    case 'sourceError':
      host.cutWire();
      break;
    case 'loader':
      host.fates.set(name(act.plugin), act);
      break;
    case 'diskError':
      host.failDisk(act.code, act.afterCalls, act.count);
      findings.count('disk error', act.count);
      break;
    case 'crash':
      await world.crash(act);
      break;
    case 'clock':
      world.setClock(act.byMs);
      break;
    case 'throwInHook':
      host.hookThrows += 1;
      break;
    case 'rollback':
      await world.rollBack(name(act.plugin));
      break;
    case 'unsubscribe':
      await world.restart();
      break;
    case 'quiet':
      await world.quiet();
      break;
  }
}
