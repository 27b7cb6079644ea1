export interface TroubleFacts {
  readonly code: string;
  /** The first path that was hit. */
  readonly path: string;
  readonly root: string;
  /** Number of paths that were hit. */
  readonly count: number;
  readonly detail: string | undefined;
}

/** What happened, and what to do, for the person at the terminal. */
export function troubleMessage({ code, path, root, count, detail }: TroubleFacts): string {
  const directories = count === 1 ? path : `${count} directories under ${root}`;
  switch (code) {
    case 'ENOENT':
      return `${path} does not exist. It is watched from the moment it appears.`;
    case 'ENOSPC':
      return `The system allows no more file watches: ${directories} is looked at now and then instead, which is slower. Raise the limit: sudo sysctl fs.inotify.max_user_watches=524288`;
    case 'EMFILE':
    case 'ENFILE':
      return `The system allows no more watchers or open files: ${directories} is looked at now and then instead, which is slower. Raise the limits: sudo sysctl fs.inotify.max_user_instances=1024, and ulimit -n`;
    case 'EACCES':
    case 'EPERM':
      return `${directories} cannot be read: permission denied. Give this user the right to read and search, or exclude it. It is tried again.`;
    case 'ENOTFILE':
      return `${path} is neither a file nor a directory. It is watched from the moment it becomes one.`;
    case 'ERR_NAME':
      return `${directories}: a name that is not UTF-8 cannot be watched. Rename the file.`;
    case 'ERR_GITIGNORE':
      return `${path} is not followed as it stands: ${detail ?? 'unknown'}. What it should leave out may be reported. Mend the file.`;
    case 'ETIMEDOUT':
      return `The watch backend did not say within 5 s that ${directories} is watched. It is looked at now and then instead.`;
    case 'DEGRADED':
      return `${root} lies on a filesystem that sends no events (${detail ?? 'unknown'}): it is looked at now and then instead, which is slower.`;
    default:
      return `${directories} is not watched (${code}${detail === undefined ? '' : `: ${detail}`}). It is looked at now and then instead, and tried again.`;
  }
}
