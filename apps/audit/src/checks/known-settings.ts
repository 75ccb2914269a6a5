import { policyFingerprint } from '#identity';
import {
  DEFAULT_POLICY,
  SETTINGS_STREAM,
  UnreadableEvent,
  parseSettings,
  type AccountPolicy,
  type Policy,
  type PublishedSettings,
  type TakeOverEvent,
} from '#ledger';
import { lastBegun, toSettingsInForce, type SettingsInForce } from '#settings';
import { StoreRefusedError } from '../store/errors.js';
import type { EventSource, StoredEvent } from '../store/event-source.js';
import { KnownTakeOvers } from './known-take-overs.js';

/** A version of the settings as it was read, as plain data that can be sent to a worker thread. */
export interface ReadVersion {
  readonly version: number;
  readonly from: string;
  readonly rules: number;
  /** null: it is of rules that this program does not know. */
  readonly settings: PublishedSettings | null;
}

/** Policies by their fingerprints, which events of rules 1 carry. */
export type KnownPolicies = ReadonlyMap<string, AccountPolicy>;

/** Everything that commands may have been decided by: policies, and the versions of the settings. */
export class KnownSettings {
  readonly policies: KnownPolicies;
  readonly #versions = new Map<number, SettingsInForce>();
  /** In the order in which they begin. */
  readonly #read: readonly ReadVersion[];

  constructor(
    policies: readonly Policy[],
    read: readonly ReadVersion[],
    readonly takeOvers = new KnownTakeOvers([]),
  ) {
    this.#read = [...read].sort((a, b) => (a.from < b.from ? -1 : 1));
    const known = new Map<string, AccountPolicy>();
    for (const policy of policies) {
      known.set(policyFingerprint(policy), policy);
    }
    for (const { settings } of read) {
      if (settings === null) continue;
      const inForce = toSettingsInForce(settings);
      this.#versions.set(settings.version, inForce);
      known.set(inForce.policyFingerprint, inForce.policy);
    }
    this.policies = known;
  }

  /** undefined: there is no such version, or this program can't judge what it says. */
  version(number: number): SettingsInForce | undefined {
    return this.#versions.get(number);
  }

  /** The version in force at a moment: of those that had begun, the one that began last. */
  inForceAt(moment: string): ReadVersion | null {
    return lastBegun(this.#read, moment) ?? null;
  }
}

/** The default policy is always known. The auditor names the others that were in force. */
export const knownSettings = (
  otherPolicies: readonly Policy[] = [],
  read: readonly ReadVersion[] = [],
  takeOvers: readonly TakeOverEvent[] = [],
): KnownSettings =>
  new KnownSettings([DEFAULT_POLICY, ...otherPolicies], read, new KnownTakeOvers(takeOvers));

/**
 * Reads all versions of the settings. What can't be read is left out: the pass over the accounts
 * reports it, and every event that names it.
 */
export async function readSettings(
  source: Pick<EventSource, 'streamEvents'>,
): Promise<readonly ReadVersion[]> {
  const read: ReadVersion[] = [];
  try {
    for await (const page of source.streamEvents(SETTINGS_STREAM, null)) {
      for (const stored of page) {
        const version = versionOf(stored);
        if (version !== null) read.push(version);
      }
    }
  } catch (error) {
    if (!(error instanceof StoreRefusedError)) throw error;
  }
  return read;
}

/** null: it is no readable version, or says that it is another one than the one in its place. */
export function versionOf(stored: StoredEvent): ReadVersion | null {
  let parsed: ReturnType<typeof parseSettings>;
  try {
    parsed = parseSettings(stored);
  } catch (error) {
    if (error instanceof UnreadableEvent) return null;
    throw error;
  }
  const settings = parsed.kind === 'known' ? parsed.settings : null;
  const { version, from, rules } = parsed.kind === 'known' ? parsed.settings : parsed;
  return version === stored.revision + 1 ? { version, from, rules, settings } : null;
}
