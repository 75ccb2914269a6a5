import type { SettingsInForce } from '#settings';
import type { DamageKind } from './findings.js';
import type { KnownSettings } from './known-settings.js';
import type { CommandEvents } from './reconstruct-command.js';

/** Damage of another kind than a broken rule, and what it is. */
export interface NamedFault {
  readonly kind: DamageKind;
  readonly detail: string;
}

/**
 * By what the events of a command say that it was decided: by a version of the settings (null: before
 * there were any), or why that can't be.
 */
export type NamedSettings =
  | { readonly kind: 'found'; readonly settings: SettingsInForce | null }
  | { readonly kind: 'fault'; readonly fault: NamedFault };

export function namedSettings(
  known: KnownSettings,
  { events: [{ at }], provenance }: CommandEvents,
): NamedSettings {
  const { settings: version, rules, policy } = provenance;
  const inForce = known.inForceAt(at);
  if (version === undefined) {
    // Programs from before the settings go on recording such events, as long as rules 1 are in force.
    if (inForce === null || inForce.rules === 1) return BEFORE_SETTINGS;
    return wrong(`it names none, and version ${inForce.version} of rules ${inForce.rules} was`);
  }
  const named = known.version(version);
  if (named === undefined) {
    const detail = `there is no version ${version} of the settings that can be read`;
    return { kind: 'fault', fault: { kind: 'settings-missing', detail } };
  }
  if (inForce?.version !== version) {
    return wrong(`version ${version} was not in force at ${at}, but ${inForce?.version ?? 'none'}`);
  }
  if (rules !== named.settings.rules) {
    return wrong(`it says rules ${rules}, version ${version} says rules ${named.settings.rules}`);
  }
  if (policy !== undefined && policy !== named.policyFingerprint) {
    return wrong(`its policy is ${policy}, that of version ${version} ${named.policyFingerprint}`);
  }
  return { kind: 'found', settings: named };
}

const BEFORE_SETTINGS: NamedSettings = { kind: 'found', settings: null };

const wrong = (detail: string): NamedSettings => ({
  kind: 'fault',
  fault: { kind: 'settings-wrong', detail },
});
