/** What the runtime calls by name. Not offered to callers, unless the manifest's `exports` says so. */
export const lifecycleNames = [
  'saveState',
  'restoreState',
  'migrate',
  'init',
  'start',
  'stop',
  'health',
] as const;
export type LifecycleName = (typeof lifecycleNames)[number];
