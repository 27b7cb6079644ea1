import type { ModuleBody } from '../evaluate/CompiledModule.js';
import { EMPTY_OUTLINE, type ModuleOutline } from '../evaluate/ModuleOutline.js';

/** The name by which the linker reads all of an entry's exports. */
const WHOLE = 'module.exports';

/**
 * What the linker knows of a CommonJS module: it imports nothing, and exports these names. With `isOpen` it has more, which are known once
 * it has run.
 */
export function commonjsOutline(names: readonly string[], isOpen: boolean): ModuleOutline {
  const all = isOpen ? ['default', WHOLE] : names;
  const ownExports = all.map((exported) => ({ exported, local: exported }));
  return { ...EMPTY_OUTLINE, ownExports, ...(isOpen && { isOpen }) };
}

/**
 * A CommonJS module as the linker runs it: at once, and its names get their values when it has run. A name that `module.exports` does not
 * have is undefined; so is a getter that throws, as in Node.
 */
export function commonjsBody({ ownExports }: ModuleOutline, run: () => unknown): ModuleBody {
  const values = new Map<string, unknown>();
  return {
    getters: ownExports.map(
      ({ exported }) =>
        () =>
          values.get(exported),
    ),
    run() {
      const whole = run();
      for (const { exported } of ownExports) values.set(exported, valueOf(exported, whole));
      return undefined;
    },
  };
}

function valueOf(name: string, whole: unknown): unknown {
  if (name === 'default' || name === WHOLE) return whole;
  if ((typeof whole !== 'object' && typeof whole !== 'function') || whole === null) {
    return undefined;
  }
  try {
    return Object.hasOwn(whole, name) ? Reflect.get(whole, name) : undefined;
  } catch {
    return undefined;
  }
}
