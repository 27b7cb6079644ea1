import { callBugs } from './callBugs.js';
import { fileBugs } from './fileBugs.js';
import { formatBugs } from './formatBugs.js';
import { linkBugs } from './linkBugs.js';
import { needBugs } from './needBugs.js';
import { outageBugs } from './outageBugs.js';
import { relevanceBugs } from './relevanceBugs.js';
import type { SourceBug } from './SourceBug.js';
import { stateBugs } from './stateBugs.js';
import { wayBackBugs } from './wayBackBugs.js';
import { workerBugs } from './workerBugs.js';

/** All mistakes of one line that the simulator must find. */
export const sourceBugs: readonly SourceBug[] = [
  ...callBugs,
  ...wayBackBugs,
  ...fileBugs,
  ...stateBugs,
  ...formatBugs,
  ...needBugs,
  ...outageBugs,
  ...linkBugs,
  ...relevanceBugs,
  ...workerBugs,
];
