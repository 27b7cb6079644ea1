import type { Io } from './ReloadError.js';
import { displayPath } from '../../modules/places/sourcePlace.js';
import type { ReadProblem } from '../../modules/files/readStableText.js';

const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there; create it, or correct the path',
  EACCES: 'permission denied; give the host read permission for it',
  EPERM: 'permission denied; give the host read permission for it',
  EISDIR: 'it is a directory; name a file',
  ENOTFILE: 'it is not a regular file; pipes, devices and directories are refused',
  ELOOP: 'its links lead in a circle; replace the link by a file',
  ETOOBIG: 'it is larger than what hotpipe reads; make it smaller',
  EBUSY: 'it kept changing while it was read; save it again when the writer is done',
  EMFILE: 'the process has too many files open; raise the limit (ulimit -n)',
  EOUTSIDE: "it is a link out of the plugin's folder; put the file itself there",
  ENXIO: 'it is a pipe or a device; only regular files are read',
};

/** A file that could not be read, and what to do. */
export function ioFailure(plugin: string, root: string, problem: ReadProblem): Io {
  const { code, path } = problem;
  const file = displayPath(root, path);
  const advice = ADVICE[code] ?? 'see the code';
  return {
    _tag: 'Io',
    plugin,
    code,
    path: file,
    message: `Cannot read ${file}: ${advice} (${code}).`,
  };
}
