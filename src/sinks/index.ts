export { type AuditLogOptions, auditLog } from './auditLog.js';
export { type PrintEventsOptions, printEvents } from './printEvents.js';
export { reloadHealth } from './reloadHealth.js';
export { type ReloadPluginOptions, reloadPlugin } from './reloadPlugin.js';
export { type RestartPluginOptions, restartPlugin } from './restartPlugin.js';
export { type RestoreStateOptions, restoreState } from './restoreState.js';
export { type SaveStateOptions, saveState } from './saveState.js';
