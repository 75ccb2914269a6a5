import pg from 'pg';
import { sleep } from '#async';

const WRITERS = 8;
const PAUSE_MS_MAX = 30;
const NOT_FREE = 'PL001';

/** Connections of an old service that write under way, each one account after the other. */
export class OldWriters {
  readonly #pool: pg.Pool;
  readonly #users: string[];
  readonly #working: Promise<void>[];
  #isOver = false;
  #took: number[] = [];
  #refused = 0;

  private constructor(pool: pg.Pool, users: string[]) {
    this.#pool = pool;
    this.#users = users;
    this.#working = Array.from({ length: WRITERS }, () => this.#work());
  }

  static async begin(url: string): Promise<OldWriters> {
    const pool = new pg.Pool({ connectionString: url, max: WRITERS });
    const { rows } = await pool.query<{ user_id: string }>(
      'select distinct user_id::text from point_batches',
    );
    return new OldWriters(
      pool,
      rows.map(({ user_id: user }) => user),
    );
  }

  /** How long each write of another account took since this was asked last, in milliseconds. */
  taken(): number[] {
    const taken = this.#took;
    this.#took = [];
    return taken;
  }

  /** How many writes met an account that was not free. */
  get refused(): number {
    return this.#refused;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#working);
    await this.#pool.end();
  }

  async #work(): Promise<void> {
    while (!this.#isOver) {
      const place = Math.floor(Math.random() * this.#users.length);
      const startedMs = performance.now();
      if (await this.#write(this.#users[place] ?? '')) {
        this.#took.push(performance.now() - startedMs);
      } else {
        this.#refused += 1;
        this.#users.splice(place, 1);
      }
      await sleep(Math.random() * PAUSE_MS_MAX);
    }
  }

  /** As `consume()` does: a draw on a batch and its row, in one transaction. False: the account is not free. */
  async #write(user: string): Promise<boolean> {
    const client = await this.#pool.connect();
    try {
      await client.query('begin');
      const { rows } = await client.query<{ id: string; balance: number }>(
        `select b.id, (select balance_after from mjk_point_transactions t where t.user_id = $1
           order by t.id desc limit 1) as balance
         from point_batches b where user_id = $1 and points_left > 0
         order by expires_at limit 1 for update`,
        [user],
      );
      const [batch] = rows;
      if (batch !== undefined) await client.query(WRITE, [user, batch.balance, batch.id]);
      await client.query('commit');
      return true;
    } catch (error) {
      await client.query('rollback');
      if (error instanceof pg.DatabaseError && error.code === NOT_FREE) return false;
      throw error;
    } finally {
      client.release();
    }
  }
}

const WRITE = `
  with drawn as (update point_batches set points_left = points_left - 1 where id = $3::bigint returning id)
  insert into mjk_point_transactions (user_id, type, amount, balance_before, balance_after, source_type,
    source_id, batch_id, duration, description)
  select $1, 'consume', 1, $2, $2::integer - 1, 'tts', 'task-' || gen_random_uuid(), id, 1.5, '【配音合成】消费'
  from drawn`;
