import { AccountDesk } from '#commands';
import type { Policy } from '#ledger';
import type { Log } from '#runtime';
import type { Registry } from 'prom-client';
import { deskObserver, measureDesk } from './desk-metrics.js';
import type { Stores } from './stores.js';

/** A desk on these stores, its figures among the metrics. Who opens it drains it. */
export function openDesk(
  { events, snapshots }: Pick<Stores, 'events' | 'snapshots'>,
  policy: Policy,
  metrics: Registry,
  log: Log,
): AccountDesk {
  const observer = deskObserver(metrics, log);
  const desk = new AccountDesk({ store: events, snapshots, policy, observer });
  measureDesk(metrics, desk);
  return desk;
}
