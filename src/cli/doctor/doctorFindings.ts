import { isEventless } from '../../sources/disk/mounts.js';
import type { ClockFacts, DoctorFacts, InotifyFacts } from './DoctorFacts.js';

/**
 * Node releases that hotpipe runs on: 20 from this minor version, and everything from 22. It does not run on 21, which was
 * never a long-term release.
 */
const OLDEST_NODE = { major: 20, minor: 19 };
const NEXT_NODE_MAJOR = 22;
/** The suggested limits, unless more is needed: the values that distributions choose for desktops. */
const USUAL_WATCH_COUNT = 524_288;
const USUAL_INSTANCE_COUNT = 1024;
const USUAL_QUEUED_COUNT = 16_384;
/** A shorter queue is reported, because the source scans everything when a quarter of the queue arrives at once. */
const MIN_QUEUED_COUNT = 1024;
/** Descriptors that a host opens beside its watches, at most: for its compiler, workers and state store. */
const NEEDED_DESCRIPTOR_COUNT = 256;
const USUAL_DESCRIPTOR_COUNT = 4096;
/**
 * From this number of files on, whole seconds in all file times count as a property of the filesystem. By chance, only
 * one time in a thousand has no fraction.
 */
const MIN_TIMED_COUNT = 5;
/** Steps of the wall clock are reported from this size on, in milliseconds. */
const MIN_STEP_MS = 100;

/** One line of the report. `problem`: something will not work. `note`: it works, but not at its best. */
export interface Finding {
  readonly _tag: 'ok' | 'note' | 'problem';
  readonly subject: string;
  readonly text: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** What the facts mean for watching a directory: one finding per subject, always in the same order. */
export function doctorFindings(facts: DoctorFacts): readonly Finding[] {
  return [
    nodeFinding(facts),
    directoriesFinding(facts),
    filesystemFinding(facts),
    backendFinding(facts),
    ...inotifyFindings(facts),
    descriptorsFinding(facts),
    clockFinding(facts.clock),
    fileTimesFinding(facts),
  ];
}

function nodeFinding({ nodeVersion }: DoctorFacts): Finding {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const isSupported =
    major >= NEXT_NODE_MAJOR || (major === OLDEST_NODE.major && minor >= OLDEST_NODE.minor);
  const subject = 'Node';
  if (isSupported) return { _tag: 'ok', subject, text: nodeVersion };
  const oldest = `${OLDEST_NODE.major}.${OLDEST_NODE.minor}`;
  return {
    _tag: 'problem',
    subject,
    text: `${nodeVersion} is not supported: hotpipe needs ${oldest} or a later ${OLDEST_NODE.major}, or ${NEXT_NODE_MAJOR} or later`,
    advice: `install Node ${NEXT_NODE_MAJOR} or later: https://nodejs.org`,
  };
}

function directoriesFinding({ tree }: DoctorFacts): Finding {
  const subject = 'directories';
  const { directoryCount, fileCount, unreadable } = tree;
  const [first] = unreadable;
  if (first === undefined) {
    const files = fileCount === 1 ? 'file' : 'files';
    const text = `${directoryCount} to watch, with ${fileCount} ${files}`;
    return { _tag: 'ok', subject, text };
  }
  const others = unreadable.length === 1 ? '' : ` and ${unreadable.length - 1} more`;
  return {
    _tag: 'problem',
    subject,
    text: `no permission to read ${first}${others}`,
    advice: `as its owner, run chmod u+rx ${first}, or exclude it in your host's watch options`,
  };
}

function filesystemFinding({ mount }: DoctorFacts): Finding {
  const subject = 'filesystem';
  if (mount === undefined) return { _tag: 'ok', subject, text: 'type unknown' };
  const text = `${mount.type}, mounted at ${mount.path}`;
  if (!isEventless(mount.type)) return { _tag: 'ok', subject, text };
  return {
    _tag: 'note',
    subject,
    text: `${text}: it sends no events for changes made on another machine`,
    advice: 'to see edits within milliseconds, keep the directory on a local disk',
  };
}

function backendFinding({ mount, platform }: DoctorFacts): Finding {
  const subject = 'backend';
  if (mount !== undefined && isEventless(mount.type)) {
    return { _tag: 'ok', subject, text: `polling, because ${mount.type} sends no events` };
  }
  const also = platform === 'linux' ? '; nodeFs starts faster on Linux (--backend nodeFs)' : '';
  return { _tag: 'ok', subject, text: `chokidar, the default${also}` };
}

function inotifyFindings({ inotify, tree, platform }: DoctorFacts): readonly Finding[] {
  if (inotify !== undefined) {
    return [
      watchesFinding(inotify, tree.directoryCount),
      instancesFinding(inotify),
      queueFinding(inotify),
    ];
  }
  if (platform !== 'linux') return [];
  const unknown: Finding = {
    _tag: 'note',
    subject: 'inotify',
    text: 'the limits in /proc/sys/fs/inotify cannot be read',
    advice: 'mount /proc and run hotpipe doctor again',
  };
  return [unknown];
}

function watchesFinding(inotify: InotifyFacts, neededCount: number): Finding {
  const { maxWatchCount, maxWatchSetting, usedWatchCount } = inotify;
  const subject = 'inotify watches';
  const text = `${neededCount} needed, ${usedWatchCount} in use, ${maxWatchCount} allowed (${maxWatchSetting})`;
  const totalCount = usedWatchCount + neededCount;
  if (totalCount <= maxWatchCount) return { _tag: 'ok', subject, text };
  const raisedCount = raisedLimit(USUAL_WATCH_COUNT, 2 * totalCount);
  return { _tag: 'problem', subject, text, advice: setLimit(maxWatchSetting, raisedCount) };
}

function instancesFinding(inotify: InotifyFacts): Finding {
  const { maxInstanceCount, maxInstanceSetting, usedInstanceCount } = inotify;
  const subject = 'inotify instances';
  const text = `1 needed, ${usedInstanceCount} in use, ${maxInstanceCount} allowed (${maxInstanceSetting})`;
  if (usedInstanceCount < maxInstanceCount) return { _tag: 'ok', subject, text };
  const raisedCount = raisedLimit(USUAL_INSTANCE_COUNT, 2 * usedInstanceCount);
  return { _tag: 'problem', subject, text, advice: setLimit(maxInstanceSetting, raisedCount) };
}

function queueFinding({ maxQueuedCount }: InotifyFacts): Finding {
  const setting = 'fs.inotify.max_queued_events';
  const subject = 'inotify queue';
  const text = `${maxQueuedCount} events (${setting}); after a quarter of that at once, hotpipe scans everything`;
  if (maxQueuedCount >= MIN_QUEUED_COUNT) return { _tag: 'ok', subject, text };
  return { _tag: 'note', subject, text, advice: setLimit(setting, USUAL_QUEUED_COUNT) };
}

function descriptorsFinding({ descriptors }: DoctorFacts): Finding {
  const subject = 'descriptors';
  if (descriptors === undefined) return { _tag: 'ok', subject, text: 'limit unknown' };
  const { limit, usedCount } = descriptors;
  const text = `${usedCount} in use, ${limit} allowed (ulimit -n)`;
  if (limit >= usedCount + NEEDED_DESCRIPTOR_COUNT) return { _tag: 'ok', subject, text };
  return {
    _tag: 'problem',
    subject,
    text: `${text}, but ${NEEDED_DESCRIPTOR_COUNT} more may be needed`,
    advice: `ulimit -n ${USUAL_DESCRIPTOR_COUNT}`,
  };
}

function clockFinding({ grainMs, stepMs }: ClockFacts): Finding {
  const subject = 'clock';
  const grain = `steps of ${Number(grainMs.toPrecision(2))} ms`;
  if (Math.abs(stepMs) < MIN_STEP_MS) return { _tag: 'ok', subject, text: grain };
  return {
    _tag: 'note',
    subject,
    text: `${grain}; the wall clock was set by ${Math.round(stepMs)} ms while this command ran`,
    advice: 'let a time service slew the clock (chronyd, systemd-timesyncd): times in logs jump',
  };
}

function fileTimesFinding({ tree }: DoctorFacts): Finding {
  const subject = 'file times';
  const { timedCount, wholeSecondCount, futureCount } = tree;
  if (futureCount > 0) {
    return {
      _tag: 'note',
      subject,
      text: `${futureCount} of ${timedCount} files have a time in the future`,
      advice: 'set the clock of the machine that wrote them, then touch the files',
    };
  }
  if (timedCount < MIN_TIMED_COUNT || wholeSecondCount < timedCount) {
    return { _tag: 'ok', subject, text: `as expected in ${timedCount} files` };
  }
  return {
    _tag: 'note',
    subject,
    text: `whole seconds in all of ${timedCount} files: two saves of the same size within a second have the same stamp`,
    advice: 'nothing to do: hotpipe then reads and compares the file',
  };
}

/** A limit that is enough, as a power of two. */
function raisedLimit(usualCount: number, neededCount: number): number {
  return Math.max(usualCount, 2 ** Math.ceil(Math.log2(Math.max(1, neededCount))));
}

/** The commands that set a kernel limit, now and for good. */
function setLimit(setting: string, count: number): string {
  const line = `${setting}=${count}`;
  return `sudo sysctl -w ${line}; to keep it: echo ${line} | sudo tee /etc/sysctl.d/60-hotpipe.conf`;
}
