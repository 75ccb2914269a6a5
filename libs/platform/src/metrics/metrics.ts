import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import { lostLogLines } from '../log/log.js';

/** The buckets range from a store's answer within a millisecond to retries of seconds. */
export const LATENCY_BUCKETS_SECONDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** A registry with the metrics of Node; every series carries the app as a label. */
export function createMetrics(app: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ app });
  collectDefaultMetrics({ register: registry });
  new Counter({
    name: 'ledger_log_lines_lost_total',
    help: 'Log lines that could not be written because of a full disk or a closed pipe',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(lostLogLines());
    },
  });
  return registry;
}
