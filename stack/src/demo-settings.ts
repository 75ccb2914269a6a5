import { EventStoreDbEventStore, openMigratedEventStore, type EventStore } from '#event-store';
import { LEDGER_STREAM_PREFIXES } from '#identity';
import { FIRST_BUSINESSES, type Business, type Policy, type PublishedSettings } from '#ledger';
import { SettingsReader } from '#settings';

const SPEECH_PRICE = { points: '2', per: '1', step: null, minimum: 1, rounding: 'down' } as const;

/** The five, of which one is priced by the second, and a sixth. */
export const DEMO_BUSINESSES: readonly Business[] = [
  ...FIRST_BUSINESSES.map((business) =>
    business.code === 'tts' ? { ...business, price: SPEECH_PRICE } : business,
  ),
  {
    code: 'translate',
    label: '【字幕翻译】',
    unit: 'character',
    price: { points: '1', per: '100', step: '100', minimum: 1, rounding: 'up' },
    retired: false,
  },
];

/**
 * The settings in force. A ledger without accounts and settings gets its first version here, before an
 * app writes one without prices: a later version would be in force only six minutes after it.
 */
export async function demoSettings(
  eventStoreUrl: string,
  policyChanges: Partial<Policy>,
): Promise<PublishedSettings> {
  const store = openEventStore(eventStoreUrl);
  try {
    const options = { store, policyChanges, firstBusinesses: DEMO_BUSINESSES };
    const inForce = await new SettingsReader(options).inForceAt(new Date().toISOString());
    return inForce.settings;
  } finally {
    await store.close();
  }
}

const openEventStore = (url: string): EventStore =>
  /^postgres(ql)?:/.test(url)
    ? openMigratedEventStore(url)
    : new EventStoreDbEventStore(url, { streamPrefixes: LEDGER_STREAM_PREFIXES });
