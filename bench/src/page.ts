import pg from 'pg';
import { PostgresReadTables, migrate, type RowCursor } from '#read-model';
import { benchUser } from './even-load.js';
import { onPostgres } from './on-postgres.js';

const ROWS = 2_000_000;
const PAGE_ROWS = 100;
/** One user has a tenth of all rows, which is enough for a thousand pages. */
const HOT_USER = benchUser(0);
const REQUESTS = 1_500;

/** Measures the first and the thousandth page of a long statement alternately, by one caller. */
export function pageBench(): Promise<Record<string, number>> {
  return onPostgres(async (url) => {
    const pool = new pg.Pool({ connectionString: url });
    pool.on('error', () => undefined); // The server stops directly afterwards.
    try {
      await migrate(pool);
      await fill(pool);
      const tables = new PostgresReadTables(pool, 'points');
      const before = await cursorOfPage(pool, 1_000);
      const first: number[] = [];
      const thousandth: number[] = [];
      for (let n = 0; n < REQUESTS; n++) {
        first.push(await msOf(() => tables.transactions(HOT_USER, { limit: PAGE_ROWS })));
        thousandth.push(
          await msOf(() => tables.transactions(HOT_USER, { limit: PAGE_ROWS, before })),
        );
      }
      return {
        page_1_p50_ms: percentile(first, 0.5),
        page_1_p99_ms: percentile(first, 0.99),
        page_1000_p50_ms: percentile(thousandth, 0.5),
        page_1000_p99_ms: percentile(thousandth, 0.99),
      };
    } finally {
      await pool.end();
    }
  });
}

async function fill(pool: pg.Pool): Promise<void> {
  await pool.query(
    `insert into mjk_point_transactions_v1
       (id, user_id, type, amount, balance_before, balance_after, source_type, source_id, batch_id,
        duration, description, created_at, updated_at, revision, line, consumption_of)
     select n, case when n % 10 = 0 then $1::uuid else md5((n % 9973)::text)::uuid end, 'consume',
       12, 1012, 1000, 'tts', 'clip-' || n, 1234567890123, 12.5, '【配音合成】',
       timestamptz '2030-01-01Z' + n * interval '1 second',
       timestamptz '2030-01-01Z' + n * interval '1 second', n / 10, 0, n / 10
     from generate_series(1, $2::integer) n`,
    [HOT_USER, ROWS],
  );
  await pool.query('vacuum analyze mjk_point_transactions_v1');
}

/** The last row of the previous page. */
async function cursorOfPage(pool: pg.Pool, page: number): Promise<RowCursor> {
  const { rows } = await pool.query<{ id: string; revision: string; line: number }>(
    `select id, revision, line from mjk_point_transaction_lines where user_id = $1
     order by id desc offset $2 limit 1`,
    [HOT_USER, (page - 1) * PAGE_ROWS - 1],
  );
  const [last] = rows;
  if (last === undefined) throw new Error('the statement has too few pages');
  return { id: Number(last.id), revision: Number(last.revision), line: last.line };
}

async function msOf(request: () => Promise<readonly unknown[]>): Promise<number> {
  const start = performance.now();
  const { length } = await request();
  if (length !== PAGE_ROWS) throw new Error(`a page of ${length} rows`);
  return performance.now() - start;
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}
