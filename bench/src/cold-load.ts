import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { AccountCommandProcessor, toLedgerCommand } from '#commands';
import {
  PostgresSnapshotStore,
  SealedSnapshots,
  SnapshotKeys,
  openPostgresEventStore,
} from '#event-store';
import { fixedSettings } from '#settings/testing';
import { median, repeated } from './figures.js';
import { onPostgres } from './on-postgres.js';

const USER = '00000000-0000-4000-8000-000000000001';
const SHORT_EVENTS = 100_000;
const LONG_EVENTS = 1_000_000;
const AT_ONCE = 2_000;
const LOADS = 9;
const START_MS = Date.parse('2030-01-01T00:00:00.000Z');

/** Measures the first command of a new process on an account with a long history. */
export function coldLoadBench(): Promise<Record<string, number>> {
  return onPostgres(async (url) => {
    const pool = new pg.Pool({ connectionString: url });
    // At the end the server may stop before an idle connection is closed.
    pool.on('error', () => undefined);
    const store = await openPostgresEventStore(url);
    const keys = new SnapshotKeys([{ id: 'bench', secret: randomBytes(32) }]);
    const snapshots = new SealedSnapshots(new PostgresSnapshotStore(pool), keys);
    const openProcessor = () =>
      new AccountCommandProcessor({ store, snapshots, settings: fixedSettings() });
    let sent = 0;
    const fillTo = async (events: number): Promise<void> => {
      const processor = openProcessor();
      while (sent < events) await runSome(processor, Math.min(AT_ONCE, events - sent));
      await processor.drain(60_000);
    };
    const runSome = (processor: AccountCommandProcessor, count: number) =>
      Promise.all(Array.from({ length: count }, () => run(processor, sent++)));
    const coldMs = async (): Promise<number> => {
      const processor = openProcessor();
      const start = performance.now();
      await run(processor, sent++);
      const tookMs = performance.now() - start;
      await processor.drain(10_000);
      return tookMs;
    };
    try {
      await fillTo(SHORT_EVENTS);
      const short = median(await repeated(LOADS, coldMs));
      await fillTo(LONG_EVENTS);
      const long = median(await repeated(LOADS, coldMs));
      return {
        cold_load_ms_100000: short,
        cold_load_ms_1000000: long,
        cold_load_ratio_1000000_to_100000: long / short,
        warm_load_ms: await warmMs(openProcessor(), (processor) => run(processor, sent++)),
      };
    } finally {
      await store.close();
      await pool.end();
    }
  });
}

async function warmMs(
  processor: AccountCommandProcessor,
  runOne: (processor: AccountCommandProcessor) => Promise<unknown>,
): Promise<number> {
  await runOne(processor);
  const start = performance.now();
  for (let times = 0; times < LOADS; times++) await runOne(processor);
  return (performance.now() - start) / LOADS;
}

/** A day has 5,000 events, so that the idempotency window of the account is full. */
function run(processor: AccountCommandProcessor, n: number): Promise<unknown> {
  const at = new Date(START_MS + n * 17_280).toISOString();
  const body =
    n % 100 === 0
      ? ({
          type: 'RechargePoints',
          data: { user_id: USER, points: 1_000, expires_at: null },
        } as const)
      : ({
          type: 'ConsumePoints',
          data: { user_id: USER, points: 1, source_type: 'tts', duration: 1.5 },
        } as const);
  const command = toLedgerCommand({ ...body, source: '/bench', id: `c${n}` }, at);
  return processor.run(command, { correlation: 'bench' });
}
