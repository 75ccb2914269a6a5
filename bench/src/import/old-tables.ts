import pg from 'pg';
import { BATCHES, createLegacyTables } from '#import/testing';

/** A row in so many is a recharge, and those behind it draw on its batch. */
const ROWS_OF_A_BATCH = 20;

/** Names the table of batches; there is nothing to decide. */
export const MAPPING = { batches: BATCHES };

/**
 * Fills the tables of an old service with accounts of the same length, whose rows stand in the order of their
 * ids, as the days before today brought them. `rowsEach` is a multiple of 20.
 */
export async function fillOldTables(
  url: string,
  accounts: number,
  rowsEach: number,
): Promise<void> {
  const pool = new pg.Pool({ connectionString: url });
  try {
    await createLegacyTables(pool, { hasDuration: true, isLoose: false });
    await pool.query(ROWS, [accounts, rowsEach]);
    await pool.query(BATCHES_OF_ROWS, [accounts, rowsEach]);
    await pool.query(`
      create index on mjk_point_transactions (user_id);
      alter table point_batches add primary key (id);
      create index on point_batches (user_id);
      select setval('mjk_point_transactions_id_seq', ${accounts * rowsEach})`);
    await pool.query('vacuum analyze mjk_point_transactions, point_batches');
  } finally {
    await pool.end();
  }
}

const USER = `md5('user ' || account)::uuid`;
const BATCH = `batch * $1::integer + account`;
const TIME = `now() - (1 + 3 * ($2::integer - turn)) * interval '1 day' + account * interval '1 microsecond'`;

const ROWS = `
  insert into mjk_point_transactions
  select (turn - 1) * $1::integer + account, ${USER},
    case when place = 0 then 'recharge' else 'consume' end,
    case when place = 0 then 240 else 12 end,
    after + case when place = 0 then -240 else 12 end, after,
    case when place > 0 then (array['script', 'polish', 'voice_clone', 'tts', 'video'])[1 + turn % 5] end,
    case when place = 0 then 'order-' || ${BATCH} else 'task-' || (turn - 1) * $1::integer + account end,
    ${BATCH}, case when place > 0 then 12.5 end, case when place > 0 then '【配音合成】消费' end, at, at
  from (
    select turn, account, batch, place, 12 * batch + 240 - 12 * place as after, ${TIME} as at
    from generate_series(1, $2::integer) turn, generate_series(1, $1::integer) account,
      lateral (select (turn - 1) / ${ROWS_OF_A_BATCH} as batch, (turn - 1) % ${ROWS_OF_A_BATCH} as place) of
  ) row`;

const BATCHES_OF_ROWS = `
  insert into point_batches
  select ${BATCH}, ${USER}, 12, now() + (200 + batch) * interval '1 day', 240, 50, 'order-' || ${BATCH},
    now() - (1 + 3 * ($2::integer - batch * ${ROWS_OF_A_BATCH} - 1)) * interval '1 day'
  from generate_series(1, $1::integer) account,
    generate_series(0, $2::integer / ${ROWS_OF_A_BATCH} - 1) batch`;
