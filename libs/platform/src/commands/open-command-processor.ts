import { AccountCommandProcessor } from '#commands';
import { SealedSnapshots, SnapshotKeys, type SnapshotStore } from '#event-store';
import type { SettingsSource } from '#settings';
import type { Log } from '../log/log.js';
import type { Registry } from 'prom-client';
import { commandObserver, measureProcessor } from './command-metrics.js';
import type { LedgerVariables } from '../config/ledger-variables.js';
import type { Stores } from '../stores/stores.js';

type CommandVariables = Pick<LedgerVariables, 'SNAPSHOT_KEYS' | 'SNAPSHOT_CHECK_ONE_IN'>;

interface CommandStores extends Pick<Stores, 'events' | 'snapshots'> {
  readonly settings: SettingsSource;
}

/** Opens a command processor on these stores, with metrics and logs. The caller drains it. */
export function openCommandProcessor(
  { events, snapshots, settings }: CommandStores,
  config: CommandVariables,
  metrics: Registry,
  log: Log,
): AccountCommandProcessor {
  const observer = commandObserver(metrics, log);
  const sealed = sealedSnapshots(snapshots, config);
  if (sealed === null) log.warn('snapshots disabled: SNAPSHOT_KEYS contains no key');
  const processor = new AccountCommandProcessor({
    store: events,
    ...(sealed !== null && { snapshots: sealed }),
    settings,
    limits: { snapshotCheckOneIn: config.SNAPSHOT_CHECK_ONE_IN },
    observer,
  });
  measureProcessor(metrics, processor);
  return processor;
}

/** Null without a key: unsealed snapshots could have been written by anyone and are not read. */
function sealedSnapshots(
  store: SnapshotStore,
  { SNAPSHOT_KEYS: [sealing, ...others] }: CommandVariables,
): SealedSnapshots | null {
  if (sealing === undefined) return null;
  return new SealedSnapshots(store, new SnapshotKeys([sealing, ...others]));
}
