import { callBugs } from './callBugs.js';
import type { SourceBug } from './SourceBug.js';

/** All mistakes of one line that the simulator must find. */
export const sourceBugs: readonly SourceBug[] = [...callBugs];
