export { VersionWriter, draftOf } from './draft-builders.js';
export {
  fixedSettings,
  settingsInForceOf,
  settingsOf,
  type FixedSettingsOptions,
} from './fixed-settings.js';
