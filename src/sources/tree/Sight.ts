import type { FileSystem } from '../disk/FileSystem.js';
import type { Look } from '../disk/Look.js';
import type { Troubles } from './Troubles.js';

export interface SightPorts {
  readonly fileSystem: FileSystem;
  readonly troubles: Troubles;
  readonly followSymlinks: boolean;
}

/** Looks at paths, and reports those that cannot be seen. */
export class Sight {
  readonly #ports: SightPorts;

  constructor(ports: SightPorts) {
    this.#ports = ports;
  }

  /** What is under a path that was found. */
  look(path: string): Look | undefined {
    const { fileSystem, troubles, followSymlinks } = this.#ports;
    const look = fileSystem.look(path, followSymlinks);
    if (look?.kind !== 'unreadable') return look;
    troubles.report(look.code, path);
    return undefined;
  }

  /**
   * What is under a path that somebody named, or that leads to one: a link to a directory is that directory, also where
   * the links that are found are not followed.
   */
  lookNamed(path: string): Look | undefined {
    const look = this.look(path);
    if (look?.kind !== 'link') return look;
    const target = this.#ports.fileSystem.look(path, true);
    return target?.kind === 'directory' ? target : look;
  }
}
