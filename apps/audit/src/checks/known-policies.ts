import { policyFingerprint } from '#identity';
import { DEFAULT_POLICY, type Policy } from '#ledger';

/** Policies by the fingerprint that events carry of the one they were decided under. */
export type KnownPolicies = ReadonlyMap<string, Policy>;

/** The default one is always known; an auditor names the others that were in force. */
export function knownPolicies(others: readonly Policy[] = []): KnownPolicies {
  return new Map([DEFAULT_POLICY, ...others].map((policy) => [policyFingerprint(policy), policy]));
}
