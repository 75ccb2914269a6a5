import type { EventStore } from '#event-store';
import { SETTINGS_STREAM, firstSettings, parseSettings, type Settings } from '#ledger';
import { lastBegun } from '#settings';
import { CannotImportError, cannotImport } from '../errors.js';
import { isStoreAddress, openStore } from '../ledger/open-store.js';

export interface SettingsToImportBy {
  readonly settings: Settings;
  /** The event store that they were read from; null: those of a ledger that has not begun. */
  readonly from: string | null;
}

/** The settings in force, which name the businesses and limits, or the first ones where there is no ledger. */
export async function settingsToImportBy(
  eventStore: string | undefined,
  at: string,
): Promise<SettingsToImportBy> {
  const first = firstSettings({ hasAccounts: false, at, by: 'import' });
  if (eventStore === undefined || eventStore === '') return { settings: first, from: null };
  if (!isStoreAddress(eventStore)) {
    throw new CannotImportError('EVENT_STORE must begin with postgres:// or esdb://');
  }
  const store = openStore(eventStore);
  try {
    const versions = await readVersions(store);
    return { settings: lastBegun(versions, at) ?? first, from: withoutPassword(eventStore) };
  } catch (cause) {
    throw cannotImport("the settings of the ledger can't be read", cause);
  } finally {
    await store.close();
  }
}

async function readVersions(store: EventStore): Promise<Settings[]> {
  const versions: Settings[] = [];
  for await (const event of store.readStream(SETTINGS_STREAM, { latest: true })) {
    const stored = parseSettings(event);
    if (stored.kind === 'unknown') {
      throw new CannotImportError(
        `version ${stored.version} has rules that this build does not know`,
      );
    }
    versions.push(stored.settings);
  }
  return versions;
}

/** An address as it may be printed. */
export function withoutPassword(address: string): string {
  try {
    const url = new URL(address);
    url.password = '';
    return url.href;
  } catch {
    return address.replace(/:[^:@/]*@/, '@');
  }
}
