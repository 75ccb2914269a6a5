import pg from 'pg';

const CALLERS = 64;
const SECONDS = 8;
const BATCHES = 3;

/**
 * The plain SQL baseline, from Node through a pool: one transaction per command locks the account and
 * its batches, updates both, inserts the row and commits. It has no events, no hash chain and no
 * idempotency.
 */
export async function sqlBaseline(
  url: string,
  users: number,
): Promise<{ readonly sql_way_per_s: number; readonly sql_way_hot_per_s: number }> {
  const pool = new pg.Pool({ connectionString: url, max: CALLERS });
  try {
    await prepare(pool, users);
    const sql_way_per_s = await load(pool, (n) => n % users);
    const sql_way_hot_per_s = await load(pool, () => 1);
    return { sql_way_per_s, sql_way_hot_per_s };
  } finally {
    await pool.query('drop schema if exists usual cascade');
    await pool.end();
  }
}

async function prepare(pool: pg.Pool, users: number): Promise<void> {
  await pool.query(`
    create schema usual;
    create table usual.accounts (id bigint primary key, balance integer not null);
    create table usual.batches (id bigint generated always as identity primary key,
      account bigint not null, remaining integer not null, expires_at timestamptz);
    create index on usual.batches (account, expires_at) where remaining > 0;
    create table usual.transactions (id bigint generated always as identity primary key,
      account bigint not null, type text not null, amount integer not null,
      balance_before integer not null, balance_after integer not null, source_type text,
      batch bigint, duration double precision, description text,
      created_at timestamptz not null default now());
    create index on usual.transactions (account, id desc);`);
  await pool.query(
    'insert into usual.accounts select n, 3000000 from generate_series(0, $1::bigint - 1) as n',
    [users],
  );
  await pool.query(
    `insert into usual.batches (account, remaining, expires_at)
     select n, 1000000, now() + make_interval(days => 30 * b)
     from generate_series(0, $1::bigint - 1) as n, generate_series(1, $2::int) as b`,
    [users, BATCHES],
  );
}

async function load(pool: pg.Pool, accountAt: (n: number) => number): Promise<number> {
  let done = 0;
  const start = performance.now();
  const caller = async (): Promise<void> => {
    while (performance.now() - start < SECONDS * 1000) await consume(pool, accountAt(done++));
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return done / ((performance.now() - start) / 1000);
}

async function consume(pool: pg.Pool, account: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const locked = await client.query<{ balance: number }>({
      name: 'lock-account',
      text: 'select balance from usual.accounts where id = $1 for update',
      values: [account],
    });
    const batches = await client.query<{ id: string }>({
      name: 'lock-batches',
      text: `select id from usual.batches where account = $1 and remaining > 0
        order by expires_at limit 1 for update`,
      values: [account],
    });
    const balance = locked.rows[0]?.balance ?? 0;
    await client.query({
      name: 'draw',
      text: 'update usual.batches set remaining = remaining - 1 where id = $1',
      values: [batches.rows[0]?.id],
    });
    await client.query({
      name: 'spend',
      text: 'update usual.accounts set balance = balance - 1 where id = $1',
      values: [account],
    });
    await client.query({
      name: 'row',
      text: `insert into usual.transactions (account, type, amount, balance_before, balance_after,
          source_type, batch, duration, description)
        values ($1, 'consume', 1, $2, $2 - 1, 'tts', $3, 1.5, '【配音合成】')`,
      values: [account, balance, batches.rows[0]?.id],
    });
    await client.query('commit');
  } finally {
    client.release();
  }
}
