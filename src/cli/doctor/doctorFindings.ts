import { isEventless } from '../../sources/disk/mounts.js';
import type { DoctorFacts } from './DoctorFacts.js';

/** The oldest Node that hotpipe runs on. */
const oldestNode = { major: 20, minor: 19 };
/** The line after it: what stood between, 21, was never one to stay on, and lacks what is used. */
const nextNode = { major: 22 };
/** What a raised limit is raised to, unless more is needed: distributions' own choice for desktops. */
const usualWatchCount = 524_288;
const usualInstanceCount = 1024;
const usualQueuedCount = 16_384;
const fewQueuedCount = 1024;
/** What a host with a compiler, workers and a state store opens beside its watches. */
const neededDescriptorCount = 256;
const usualDescriptorCount = 4096;
/** A file time without a fraction happens by chance once in a thousand; this many say that there are none. */
const tellingCount = 5;
const stepMs = 100;

/** One line of the report. `problem`: something will not work; `note`: it works, though not at its best. */
export interface Finding {
  readonly _tag: 'ok' | 'note' | 'problem';
  readonly subject: string;
  readonly text: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** What the facts mean for watching a directory: one finding for each subject, always in the same order. */
export function doctorFindings(facts: DoctorFacts): readonly Finding[] {
  return [
    node(facts),
    directories(facts),
    filesystem(facts),
    backend(facts),
    ...inotify(facts),
    descriptors(facts),
    clock(facts),
    fileTimes(facts),
  ];
}

function node({ nodeVersion }: DoctorFacts): Finding {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const isRecent =
    major >= nextNode.major || (major === oldestNode.major && minor >= oldestNode.minor);
  const subject = 'Node';
  if (isRecent) return { _tag: 'ok', subject, text: nodeVersion };
  const oldest = `${oldestNode.major}.${oldestNode.minor}`;
  return {
    ...{ _tag: 'problem', subject },
    text: `${nodeVersion} is neither ${oldest} or newer of its line nor ${nextNode.major} or newer`,
    advice: `install Node ${oldest}, or ${nextNode.major} and newer: https://nodejs.org`,
  };
}

function directories({ tree }: DoctorFacts): Finding {
  const subject = 'directories';
  const { directoryCount, fileCount, unreadable } = tree;
  const [first] = unreadable;
  if (first === undefined) {
    return { _tag: 'ok', subject, text: `${directoryCount} to watch, with ${fileCount} files` };
  }
  const others = unreadable.length === 1 ? '' : ` and ${unreadable.length - 1} more`;
  return {
    ...{ _tag: 'problem', subject },
    text: `no permission to read ${first}${others}`,
    advice: `chmod u+rx ${first}, as its owner, or leave it out with the option exclude`,
  };
}

function filesystem({ mount }: DoctorFacts): Finding {
  const subject = 'filesystem';
  if (mount === undefined) return { _tag: 'ok', subject, text: 'of a type that is not known' };
  const text = `${mount.type}, mounted at ${mount.path}`;
  if (!isEventless(mount.type)) return { _tag: 'ok', subject, text };
  return {
    ...{ _tag: 'note', subject },
    text: `${text}: what is changed from elsewhere sends no event`,
    advice: 'keep the directory on a local disk where each edit is to be seen within milliseconds',
  };
}

function backend({ mount, platform }: DoctorFacts): Finding {
  const subject = 'backend';
  if (mount !== undefined && isEventless(mount.type)) {
    return {
      ...{ _tag: 'ok', subject },
      text: `looks now and then, because ${mount.type} sends no events`,
    };
  }
  const also = platform === 'linux' ? '; nodeFs starts faster on Linux (--backend nodeFs)' : '';
  return { _tag: 'ok', subject, text: `chokidar, the default${also}` };
}

function inotify({ inotify: found, tree, platform }: DoctorFacts): readonly Finding[] {
  if (found === undefined) {
    if (platform !== 'linux') return [];
    const text = 'the limits in /proc/sys/fs/inotify cannot be read';
    return [{ _tag: 'note', subject: 'inotify', text, advice: 'mount /proc to have them checked' }];
  }
  const { maxWatchCount, maxWatchSetting, usedWatchCount } = found;
  const { maxInstanceCount, maxInstanceSetting, usedInstanceCount, maxQueuedCount } = found;
  const needed = tree.directoryCount;
  const areWatchesEnough = usedWatchCount + needed <= maxWatchCount;
  const areInstancesEnough = usedInstanceCount < maxInstanceCount;
  const isQueueLong = maxQueuedCount >= fewQueuedCount;
  return [
    {
      _tag: areWatchesEnough ? 'ok' : 'problem',
      subject: 'inotify watches',
      text: `${needed} needed, ${usedWatchCount} in use, ${maxWatchCount} allowed (${maxWatchSetting})`,
      ...(!areWatchesEnough && {
        advice: sysctl(maxWatchSetting, raised(usualWatchCount, 2 * (usedWatchCount + needed))),
      }),
    },
    {
      _tag: areInstancesEnough ? 'ok' : 'problem',
      subject: 'inotify instances',
      text: `1 needed, ${usedInstanceCount} in use, ${maxInstanceCount} allowed (${maxInstanceSetting})`,
      ...(!areInstancesEnough && {
        advice: sysctl(maxInstanceSetting, raised(usualInstanceCount, 2 * usedInstanceCount)),
      }),
    },
    {
      _tag: isQueueLong ? 'ok' : 'note',
      subject: 'inotify queue',
      text: `${maxQueuedCount} events (fs.inotify.max_queued_events); after a quarter of that at once, everything is looked at again`,
      ...(!isQueueLong && { advice: sysctl('fs.inotify.max_queued_events', usualQueuedCount) }),
    },
  ];
}

function descriptors({ descriptors: found }: DoctorFacts): Finding {
  const subject = 'descriptors';
  if (found === undefined) return { _tag: 'ok', subject, text: 'of a number that is not known' };
  const { limit, usedCount } = found;
  const text = `${usedCount} in use, ${limit} allowed (ulimit -n)`;
  if (limit >= usedCount + neededDescriptorCount) return { _tag: 'ok', subject, text };
  return {
    ...{ _tag: 'problem', subject },
    text: `${text}, and ${neededDescriptorCount} more may be needed`,
    advice: `ulimit -n ${usualDescriptorCount}`,
  };
}

function clock({ clock: found }: DoctorFacts): Finding {
  const subject = 'clock';
  const grain = `steps of ${Number(found.grainMs.toPrecision(2))} ms`;
  if (Math.abs(found.stepMs) < stepMs) return { _tag: 'ok', subject, text: grain };
  return {
    ...{ _tag: 'note', subject },
    text: `${grain}; the wall clock was set by ${Math.round(found.stepMs)} ms meanwhile`,
    advice: 'have it slewed instead of set (chronyd, systemd-timesyncd): times in logs will jump',
  };
}

function fileTimes({ tree }: DoctorFacts): Finding {
  const subject = 'file times';
  const { timedCount, wholeSecondCount, futureCount } = tree;
  if (futureCount > 0) {
    return {
      ...{ _tag: 'note', subject },
      text: `${futureCount} of ${timedCount} files were written in the future`,
      advice: 'set the clock of the machine that wrote them; touch the files',
    };
  }
  if (timedCount < tellingCount || wholeSecondCount < timedCount) {
    return { _tag: 'ok', subject, text: `as expected in ${timedCount} files` };
  }
  return {
    ...{ _tag: 'note', subject },
    text: `whole seconds in all of ${timedCount} files: two saves of one length within a second look alike`,
    advice: 'nothing: a file that was hinted at so soon is read and compared',
  };
}

/** A power of two, as limits are written. */
function raised(usual: number, needed: number): number {
  return Math.max(usual, 2 ** Math.ceil(Math.log2(Math.max(1, needed))));
}

function sysctl(setting: string, value: number): string {
  const line = `${setting}=${value}`;
  return `sudo sysctl -w ${line}; to keep it: echo ${line} | sudo tee /etc/sysctl.d/60-hotpipe.conf`;
}
