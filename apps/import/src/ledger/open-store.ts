import { EventStoreDbEventStore, openMigratedEventStore, type EventStore } from '#event-store';
import { LEDGER_STREAM_PREFIXES } from '#identity';
import { RULES_NUMBERS } from '#ledger';

const STORE_SCHEME = /^(postgres(ql)?|esdb|kurrentdb)(\+discover)?:\/\//;

export const isStoreAddress = (address: string): boolean => STORE_SCHEME.test(address);

/** The schema stays as it is. */
export const openStore = (url: string): EventStore =>
  /^postgres/.test(url)
    ? openMigratedEventStore(url, { rulesKnown: Math.max(...RULES_NUMBERS) })
    : new EventStoreDbEventStore(url, { streamPrefixes: LEDGER_STREAM_PREFIXES });
