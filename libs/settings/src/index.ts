export { SettingsUnavailable } from './errors.js';
export { lastBegun } from './last-begun.js';
export {
  toSettingsInForce,
  type SettingsInForce,
  type SettingsSource,
} from './settings-in-force.js';
export { finishTakeOver, startTakeOver } from './append-take-over.js';
export type { SettingsObserver } from './settings-observer.js';
export { SettingsPublisher, type CheckResult } from './settings-publisher.js';
export { SettingsReader } from './settings-reader.js';
export type { LoggedVersion } from './version-log.js';
