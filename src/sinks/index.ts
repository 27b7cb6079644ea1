export { auditLog, type AuditLogOptions } from './auditLog.js';
export { printEvents, type PrintEventsOptions } from './printEvents.js';
export { reloadHealth } from './reloadHealth.js';
export { reloadPlugin, type ReloadPluginOptions } from './reloadPlugin.js';
export { restartPlugin } from './restartPlugin.js';
export { restoreState, type RestoreStateOptions } from './restoreState.js';
export { saveState, type SaveStateOptions } from './saveState.js';
