import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { InotifyFacts } from '../DoctorFacts.js';

/** A limit of the kernel, and the setting that it comes from. */
interface Limit {
  readonly count: number;
  readonly setting: string;
}

/** The limits of inotify, and how much of them this user's processes use. Undefined where there is no inotify. */
export function readInotify(): InotifyFacts | undefined {
  const watches = lowest(['fs.inotify.max_user_watches', 'user.max_inotify_watches']);
  const instances = lowest(['fs.inotify.max_user_instances', 'user.max_inotify_instances']);
  const queued = lowest(['fs.inotify.max_queued_events']);
  if (watches === undefined || instances === undefined || queued === undefined) return undefined;
  return {
    maxWatchCount: watches.count,
    maxWatchSetting: watches.setting,
    maxInstanceCount: instances.count,
    maxInstanceSetting: instances.setting,
    maxQueuedCount: queued.count,
    ...used(),
  };
}

/** The limit that applies: the lowest, because a user namespace may allow less than the system. */
function lowest(settings: readonly string[]): Limit | undefined {
  const limits = settings.flatMap((setting) => {
    const count = Number.parseInt(read(`/proc/sys/${setting.replaceAll('.', '/')}`), 10);
    return Number.isNaN(count) ? [] : [{ setting, count }];
  });
  return limits.reduce<Limit | undefined>(
    (least, limit) => (least === undefined || limit.count < least.count ? limit : least),
    undefined,
  );
}

function used(): Pick<InotifyFacts, 'usedWatchCount' | 'usedInstanceCount'> {
  let usedWatchCount = 0;
  let usedInstanceCount = 0;
  for (const process of list('/proc')) {
    if (!/^\d+$/.test(process) || !isOwn(`/proc/${process}`)) continue;
    for (const descriptor of list(`/proc/${process}/fd`)) {
      if (!isInotify(`/proc/${process}/fd/${descriptor}`)) continue;
      usedInstanceCount += 1;
      const lines = read(`/proc/${process}/fdinfo/${descriptor}`).split('\n');
      usedWatchCount += lines.filter((line) => line.startsWith('inotify ')).length;
    }
  }
  return { usedWatchCount, usedInstanceCount };
}

// A process may end while it is being read, and one of another user may be unreadable: both count as using nothing.

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function isOwn(path: string): boolean {
  try {
    return statSync(path).uid === process.getuid?.();
  } catch {
    return false;
  }
}

function isInotify(path: string): boolean {
  try {
    return readlinkSync(path) === 'anon_inode:inotify';
  } catch {
    return false;
  }
}
