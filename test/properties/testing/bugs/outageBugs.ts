import type { SourceBug } from './SourceBug.js';

/** Mistakes that show while a store fails, or after it did: time alone cures what it fails with. */
export const outageBugs: readonly SourceBug[] = [
  {
    name: 'a store that cannot be read has no state',
    file: 'runtime/protocol/PluginStates.ts',
    right: 'return isLost && this.#newest !== undefined ? E.right(this.#newest) : loaded;',
    wrong: 'return E.right(this.#newest);',
  },
  {
    name: 'a store that has failed once refuses each later save',
    file: 'state/writer/createFileStore.ts',
    right: '      if (E.isLeft(written)) return written;\n      const { parts, shared } = this;',
    wrong:
      '      this.isClosed ||= E.isLeft(written);\n      if (E.isLeft(written)) return written;\n      const { parts, shared } = this;',
  },
];
