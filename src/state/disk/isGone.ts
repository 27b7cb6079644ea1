import { ioReason } from './ioReason.js';

/** Whether a call on the disk failed because the file is not there. */
export const isGone = (error: unknown): boolean => ioReason(error).code === 'ENOENT';
