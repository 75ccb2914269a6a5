import type { PublishedSettings } from '#ledger';
import { settingsInForce } from '#ledger/testing';
import type { SettingsInForce } from '#settings';
import { settingsInForceOf } from '#settings/testing';

/** All versions of the settings of a ledger, known from the beginning. */
export class SettingsVersions {
  readonly #inForce: ReadonlyMap<PublishedSettings, SettingsInForce>;

  constructor(versions: readonly PublishedSettings[]) {
    this.#inForce = new Map(versions.map((version) => [version, settingsInForceOf(version)]));
  }

  at(moment: string): SettingsInForce {
    const version = settingsInForce([...this.#inForce.keys()], moment);
    const inForce = version && this.#inForce.get(version);
    if (!inForce) throw new Error(`no settings are in force at ${moment}`);
    return inForce;
  }
}
