import type { EncodedEvent, EventStore } from '#event-store';
import { CHAIN_START, accountStream, chainHash } from '#identity';
import {
  DEFAULT_SETTINGS_POLICY,
  FIRST_BUSINESSES,
  SETTINGS_STREAM,
  type PublishedSettings,
  type SettingsDraft,
} from '#ledger';
import { encodeVersion } from '../append-version.js';
import { settingsOf, type FixedSettingsOptions } from './fixed-settings.js';

/** A draft of rules 2, in force from that moment on. */
export function draftOf(from: string, changes: Partial<SettingsDraft> = {}): SettingsDraft {
  return {
    from,
    by: 'spec',
    note: null,
    rules: 2,
    policy: DEFAULT_SETTINGS_POLICY[2],
    businesses: FIRST_BUSINESSES,
    notices: { lowBalance: [100], expiringSoonDays: [7, 1] },
    ...changes,
  };
}

/** Writes versions as another process does, and may damage them. */
export class VersionWriter {
  #hash: Uint8Array = CHAIN_START;
  #version = 0;

  constructor(
    private readonly store: EventStore,
    private readonly damage: (event: EncodedEvent) => EncodedEvent = (event) => event,
  ) {}

  async write(
    changes: Omit<FixedSettingsOptions, 'rules'> & { readonly rules?: number },
  ): Promise<PublishedSettings> {
    this.#version += 1;
    const settings = settingsOf({
      version: this.#version,
      at: new Date().toISOString(),
      ...(changes as FixedSettingsOptions),
    });
    const encoded = encodeVersion(settings, this.#hash, { correlation: 'spec' });
    this.#hash = encoded.hash;
    const result = await this.store.append(SETTINGS_STREAM, this.#version - 2, [
      this.damage(encoded),
    ]);
    if (result.kind !== 'ok') throw new Error(`version ${this.#version}: ${result.kind}`);
    return settings;
  }
}

/** An event of an account, as a ledger from before the settings holds. */
export async function writeAccountEvent(store: EventStore): Promise<void> {
  const stream = accountStream('0a11ce00-0000-4000-8000-000000000001');
  const id = '3b5c1d5e-7a52-5c7e-8f0c-2d9f4e6a1b70';
  const event = { id, type: 'PointsRecharged', data: '{}', meta: '{}' };
  const hash = chainHash(CHAIN_START, { ...event, stream, revision: 0 });
  await store.append(stream, -1, [{ ...event, hash }]);
}
