import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { AccountCommandProcessor, toLedgerCommand } from '#commands';
import {
  PostgresSnapshotStore,
  SealedSnapshots,
  SnapshotKeys,
  openPostgresEventStore,
} from '#event-store';
import { DEFAULT_POLICY } from '#ledger';
import { median, repeated } from './figures.js';
import { onPostgres } from './on-postgres.js';

const USER = '00000000-0000-4000-8000-000000000001';
const SHORT_EVENTS = 100_000;
const LONG_EVENTS = 1_000_000;
const AT_ONCE = 2_000;
const LOADS = 9;
const START_MS = Date.parse('2030-01-01T00:00:00.000Z');

/** What the first command of a fresh process costs on an account with so much behind it. */
export function coldLoadBench(): Promise<Record<string, number>> {
  return onPostgres(async (url) => {
    const pool = new pg.Pool({ connectionString: url });
    // At the end the server may be gone before an idle connection has heard that it is let go.
    pool.on('error', () => undefined);
    const store = await openPostgresEventStore(url);
    const keys = new SnapshotKeys([{ id: 'bench', secret: randomBytes(32) }]);
    const snapshots = new SealedSnapshots(new PostgresSnapshotStore(pool), keys);
    const deskOf = () => new AccountCommandProcessor({ store, snapshots, policy: DEFAULT_POLICY });
    let sent = 0;
    const fillTo = async (events: number): Promise<void> => {
      const desk = deskOf();
      while (sent < events) await runSome(desk, Math.min(AT_ONCE, events - sent));
      await desk.drain(60_000);
    };
    const runSome = (desk: AccountCommandProcessor, count: number) =>
      Promise.all(Array.from({ length: count }, () => run(desk, sent++)));
    const coldMs = async (): Promise<number> => {
      const desk = deskOf();
      const start = performance.now();
      await run(desk, sent++);
      const tookMs = performance.now() - start;
      await desk.drain(10_000);
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
        warm_load_ms: await warmMs(deskOf(), (desk) => run(desk, sent++)),
      };
    } finally {
      await store.close();
      await pool.end();
    }
  });
}

async function warmMs(
  desk: AccountCommandProcessor,
  runOne: (desk: AccountCommandProcessor) => Promise<unknown>,
): Promise<number> {
  await runOne(desk);
  const start = performance.now();
  for (let times = 0; times < LOADS; times++) await runOne(desk);
  return (performance.now() - start) / LOADS;
}

/** A day is 5,000 events: the account remembers as much as the policy lets it. */
function run(desk: AccountCommandProcessor, n: number): Promise<unknown> {
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
  return desk.run(command, { correlation: 'bench' });
}
