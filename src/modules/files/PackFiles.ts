/** A file that is open. */
export type OpenFile = number;

/** The port to the directory of packs. Its methods throw the system's error. */
export interface PackFiles {
  /** Why what is in a directory must not be run: undefined when it is this user's alone, or does not exist yet. */
  refusal(directory: string): string | undefined;
  /** Names of the files in a directory with their sizes, the oldest first. Empty when it does not exist. */
  list(directory: string): readonly PackName[];
  /** A regular file that belongs to this user; undefined for anything else, and when there is none any more. */
  open(path: string): { readonly file: OpenFile; readonly sizeBytes: number } | undefined;
  /** Exactly that many bytes; throws when the file does not have them. */
  read(file: OpenFile, offset: number, length: number): Buffer;
  /** A new file for this user alone, and the directories above it. */
  create(path: string): OpenFile;
  /** Behind what was written before. */
  write(file: OpenFile, bytes: Buffer): void;
  close(file: OpenFile): void;
  rename(from: string, to: string): void;
  /** Does nothing when it does not exist. */
  remove(path: string): void;
  /** A name that no other file has. */
  newName(): string;
  /** Resolves after `ms`, without keeping the process alive. */
  rest(ms: number): Promise<void>;
  /** Resolves after the other work that is due in the event loop. */
  nextTurn(): Promise<void>;
}

interface PackName {
  readonly name: string;
  readonly sizeBytes: number;
  /** How long ago it was written. */
  readonly ageMs: number;
}
