import { dirname } from 'node:path';
import type { FileSystem, Unreadable } from '../disk/FileSystem.js';
import type { Look } from '../disk/Look.js';
import type { WatchErrors } from './WatchErrors.js';

export interface LooksPorts {
  readonly fileSystem: FileSystem;
  readonly errors: WatchErrors;
  readonly followSymlinks: boolean;
}

/** Looks at paths. A path that cannot be looked at is reported as a watch error, and counts as absent. */
export class Looks {
  readonly #ports: LooksPorts;

  constructor(ports: LooksPorts) {
    this.#ports = ports;
  }

  /** Looks at a path that a listing or a hint named. */
  at(path: string): Look | undefined {
    const { fileSystem, followSymlinks } = this.#ports;
    const look = fileSystem.look(path, followSymlinks);
    if (look?.kind !== 'unreadable') return look;
    // Permission is missing for the directory, not for the entry: a look at an entry needs none of its own.
    this.failed(look.code, look.code === 'EACCES' ? dirname(path) : path);
    return undefined;
  }

  /**
   * Reports a directory that cannot be read or watched. Where the permission for one above it is missing, in the same root, that one is named:
   * it is what is to be mended, and everything below it fails the same way.
   */
  failed(code: string, directory: string, detail?: string): void {
    const { fileSystem, errors } = this.#ports;
    if (code !== 'EACCES') {
      errors.report(code, directory, detail);
      return;
    }
    const root = errors.rootOf(directory);
    let denying = directory;
    while (denying !== root && isDenied(fileSystem.look(denying, false))) {
      denying = dirname(denying);
    }
    errors.report('EACCES', denying);
  }

  /**
   * Looks at a path that the caller of `watch` named, or that lies above one: a link counts as what it leads to, even
   * where links are not followed. One that leads nowhere counts as absent.
   */
  atNamed(path: string): Look | undefined {
    const look = this.at(path);
    if (look?.kind !== 'link') return look;
    const target = this.#ports.fileSystem.look(path, true);
    return target?.kind === 'unreadable' ? undefined : target;
  }
}

/** Whether the directory above could not be searched. */
function isDenied(look: Look | Unreadable | undefined): boolean {
  return look?.kind === 'unreadable' && look.code === 'EACCES';
}
