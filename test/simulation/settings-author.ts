import type { Clock } from '#async';
import type { EventStore } from '#event-store';
import {
  DEFAULT_SETTINGS_POLICY,
  FIRST_BUSINESSES,
  type Business,
  type Policy,
  type PublishedSettings,
  type SettingsDraft,
} from '#ledger';
import { settingsInForce } from '#ledger/testing';
import { SettingsPublisher, SettingsReader, SettingsUnavailable } from '#settings';
import { VersionWriter, draftOf } from '#settings/testing';
import { PRICED_BUSINESSES } from '../../libs/ledger/src/testing/priced-businesses.js';

const CHEAPER = { points: '0.4', per: '1', step: null, minimum: 2, rounding: 'half_up' } as const;
const RETIRED_CODE = 'sing';

/** Everything has a price now, and one business has gone. */
const REPRICED: readonly Business[] = [...FIRST_BUSINESSES, ...PRICED_BUSINESSES].map(
  (business) => ({
    ...business,
    price: CHEAPER,
    retired: business.retired || business.code === RETIRED_CODE,
  }),
);

/** Limits that are so low that they are reached. */
const STRICT = {
  overrun: 'cap',
  owedMax: 150,
  debtsMax: 2,
  rechargesMax: 4,
  openMax: 3,
  openDrawsMax: 6,
  batchesMax: 6,
} as const;

/** An admin who publishes the settings of a simulation, on a store with faults. */
export class SettingsAuthor {
  readonly #published: PublishedSettings[] = [];
  readonly #publisher: SettingsPublisher;
  #policy: Partial<Policy> = {};

  constructor(store: EventStore, clock: Clock) {
    const reader = new SettingsReader({ store, clock });
    this.#publisher = new SettingsPublisher({ store, reader, clock });
  }

  /** How many versions there are. */
  get versions(): number {
    return this.#published.length;
  }

  settingsAt(at: string): PublishedSettings {
    const inForce = settingsInForce(this.#published, at);
    if (inForce === null) throw new Error(`nothing was published before ${at}`);
    return inForce;
  }

  /** Version 1 of a ledger that had accounts before it had settings. */
  async writeFirst(store: EventStore, policy: Partial<Policy>): Promise<void> {
    this.#policy = policy;
    this.#published.push(await new VersionWriter(store).write({ policy, rules: 1 }));
  }

  /** Rules 2 with prices first, and other prices and limits then. */
  async publishNext(from: string): Promise<void> {
    const version = this.versions + 1;
    const policy = { ...DEFAULT_SETTINGS_POLICY[2], ...this.#policy };
    const changes: Partial<SettingsDraft> =
      version === 2
        ? { policy, businesses: [...FIRST_BUSINESSES, ...PRICED_BUSINESSES] }
        : { policy: { ...policy, ...STRICT }, businesses: REPRICED };
    this.#published.push(await this.#publish(version, draftOf(from, changes)));
  }

  /** Sends the same again until the answer says that it is there, as an admin does. */
  async #publish(version: number, draft: SettingsDraft): Promise<PublishedSettings> {
    const origin = { correlation: 'simulation' };
    for (;;) {
      try {
        const result = await this.#publisher.publish({ version, draft: { ...draft }, origin });
        if (result.kind === 'published') return result.settings;
        // Without another version of that number, the conflict is a fault of the store.
        const isFault = result.kind === 'conflict' && result.newest < version;
        if (!isFault) throw new Error(`version ${version}: ${JSON.stringify(result)}`);
      } catch (error) {
        if (!(error instanceof SettingsUnavailable)) throw error;
      }
    }
  }
}
