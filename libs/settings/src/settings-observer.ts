import type { PublishedSettings } from '#ledger';
import type { SettingsDamaged, UnknownRules } from './errors.js';

/** Reports of a process that reads the settings, for metrics and logs. Its methods must not throw. */
export interface SettingsObserver {
  /** Versions that were not known before were read. */
  versionsRead(newest: number): void;
  /** A read failed and is retried. */
  readFailed(cause: unknown): void;
  /** A version was published by this process. */
  published(settings: PublishedSettings): void;
  /** The environment asks for limits other than those in force, which count. */
  policyDiffers(version: number, limits: readonly string[]): void;
  /** No retry can help. Alert on it. */
  alarm(trouble: SettingsDamaged | UnknownRules): void;
}

const nothing = (): void => undefined;

export const SILENT_OBSERVER: SettingsObserver = {
  versionsRead: nothing,
  readFailed: nothing,
  published: nothing,
  policyDiffers: nothing,
  alarm: nothing,
};
