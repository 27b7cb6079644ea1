import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Mounts a small disk in memory; undefined when that is not allowed. */
export function mountTmpfs(dir: string, options: string): (() => void) | undefined {
  mkdirSync(dir, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `${options},mode=0700`, 'none', dir]);
  return mounted.status === 0 ? () => void spawnSync('umount', ['-l', dir]) : undefined;
}

export type Filesystem = 'ext4' | 'xfs';

const makers: Readonly<Record<Filesystem, readonly string[]>> = {
  ext4: ['mkfs.ext4', '-q', '-F'],
  xfs: ['mkfs.xfs', '-q', '-f'],
};

/** A filesystem in a file, and what can be done to it. Each method throws the command's output when it fails. */
export class LoopDisk {
  constructor(
    readonly image: string,
    readonly dir: string,
    readonly kind: Filesystem,
  ) {}

  /** Makes the filesystem, empty, and mounts it. */
  make(): void {
    mkdirSync(this.dir, { recursive: true });
    run('truncate', ['-s', this.kind === 'xfs' ? '320M' : '32M', this.image]);
    const [command = '', ...args] = makers[this.kind];
    run(command, [...args, this.image]);
    this.mount();
  }

  mount(): void {
    // Turns off what ext4 makes durable by itself, so that the protocol is tested: its guess that a rename is meant to be, and its commit
    // every 5 s, which a busy machine takes from a save to the cut.
    const options = this.kind === 'ext4' ? 'loop,noauto_da_alloc,commit=300' : 'loop';
    run('mount', ['-o', options, this.image, this.dir]);
  }

  /** Drops everything that is not on the disk, the journal's buffer too, as a loss of power does. */
  cutPower(): void {
    run('python3', ['-c', shutdown, this.dir]);
    this.unmount();
  }

  /**
   * Also waits until no namespace has it mounted: a process that was started with mounts of its own, by a test beside this one, has a copy of
   * this mount as long as it runs, and until then the next mount would show the same disk in memory, shut down.
   */
  unmount(): void {
    run('umount', [this.dir]);
    for (let tries = 0; tries < 300 && this.#isAttached(); tries += 1) {
      spawnSync('sleep', ['0.1']);
    }
  }

  #isAttached(): boolean {
    const { error, stdout } = spawnSync('losetup', ['-j', this.image], { encoding: 'utf8' });
    return error === undefined && stdout !== '';
  }
}

/** Why power cannot be cut here; undefined when it can. */
export function whyNoCut(kind: Filesystem): string | undefined {
  const root = mkdtempSync(join(tmpdir(), 'hotpipe-power-'));
  try {
    const disk = new LoopDisk(join(root, 'image'), join(root, 'mount'), kind);
    disk.make();
    disk.cutPower();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.split('\n')[0] : String(error);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** FS_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH, which xfs has under the same numbers. */
const shutdown = `
import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack('I', 2))`;

function run(command: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}
