import type { EventStore } from '#event-store';
import { SettingsReader } from '#settings';
import { CannotImportError, cannotImport } from '../errors.js';
import { isStoreAddress, openStore } from './open-store.js';

export const LEDGER_FAILS = 'the ledger can not be used';

/** The ledger that takes over: its events, and the settings that they are decided by. */
export interface Ledger {
  readonly store: EventStore;
  readonly settings: SettingsReader;
}

/** Opens the store for as long as `work` takes. */
export async function withLedger<T>(
  env: Readonly<Record<string, string | undefined>>,
  work: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const address = env['EVENT_STORE'] ?? '';
  if (!isStoreAddress(address)) {
    throw new CannotImportError('EVENT_STORE must be set, and begin with postgres:// or esdb://');
  }
  const store = openStore(address);
  const settings = new SettingsReader({ store });
  try {
    await settings.refresh();
    return await work({ store, settings });
  } catch (cause) {
    throw cannotImport(LEDGER_FAILS, cause);
  } finally {
    await settings.stop();
    await store.close();
  }
}
