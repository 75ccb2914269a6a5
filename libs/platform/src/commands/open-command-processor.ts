import { AccountCommandProcessor } from '#commands';
import { SealedSnapshots, SnapshotKeys, type SnapshotStore } from '#event-store';
import type { Log } from '../log/log.js';
import type { Registry } from 'prom-client';
import { commandObserver, measureProcessor } from './command-metrics.js';
import type { LedgerVariables } from '../config/ledger-variables.js';
import type { Stores } from '../stores/stores.js';

type CommandVariables = Pick<
  LedgerVariables,
  'LEDGER_POLICY' | 'SNAPSHOT_KEYS' | 'SNAPSHOT_CHECK_ONE_IN'
>;

/** A desk on these stores, its figures among the metrics. Who opens it drains it. */
export function openCommandProcessor(
  { events, snapshots }: Pick<Stores, 'events' | 'snapshots'>,
  config: CommandVariables,
  metrics: Registry,
  log: Log,
): AccountCommandProcessor {
  const observer = commandObserver(metrics, log);
  const sealed = sealedSnapshots(snapshots, config);
  if (sealed === null) log.warn('no snapshots: SNAPSHOT_KEYS names no key');
  const processor = new AccountCommandProcessor({
    store: events,
    ...(sealed !== null && { snapshots: sealed }),
    policy: config.LEDGER_POLICY,
    limits: { snapshotCheckOneIn: config.SNAPSHOT_CHECK_ONE_IN },
    observer,
  });
  measureProcessor(metrics, processor);
  return processor;
}

/** null: without a key there are none, for what anybody could have written is not read. */
function sealedSnapshots(
  store: SnapshotStore,
  { SNAPSHOT_KEYS: [sealing, ...others] }: CommandVariables,
): SealedSnapshots | null {
  if (sealing === undefined) return null;
  return new SealedSnapshots(store, new SnapshotKeys([sealing, ...others]));
}
