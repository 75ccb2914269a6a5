import { policyFingerprint } from '#identity';
import {
  policyOfRules1,
  termsOf,
  type AccountPolicy,
  type PublishedSettings,
  type Terms,
} from '#ledger';

/** A version of the settings, and all that is derived from it once. */
export interface SettingsInForce {
  readonly settings: PublishedSettings;
  readonly terms: Terms;
  /** What accounts remember by. Under rules 1 they do not remember recharges. */
  readonly policy: AccountPolicy;
  readonly policyFingerprint: string;
  /** The state of an account can be kept as long as this stays the same. */
  readonly stateKey: string;
}

export function toSettingsInForce(settings: PublishedSettings): SettingsInForce {
  const { rules } = settings;
  const policy = rules === 1 ? policyOfRules1(settings.policy) : settings.policy;
  const fingerprint = policyFingerprint(policy);
  return {
    settings,
    terms: termsOf(settings),
    policy,
    policyFingerprint: fingerprint,
    stateKey: `${fingerprint}:${rules}`,
  };
}

/** Answers by which settings a command is decided. */
export interface SettingsSource {
  /**
   * The settings in force at a moment, as far as the last reading of them counts; null: they must be
   * read first. Throws SettingsUnavailable where they are of unknown rules.
   */
  peek(at: string): SettingsInForce | null;
  /** The same, after a read where one is due. Rejects with SettingsUnavailable. */
  inForceAt(at: string): Promise<SettingsInForce>;
  /**
   * Whether accounts are being taken over from another service at a moment of which `peek` knows the
   * settings: then an account without a stream may have points there.
   */
  isTakeOverOn(at: string): boolean;
}
