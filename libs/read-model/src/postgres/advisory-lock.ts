import type { Pool, PoolClient } from 'pg';

/**
 * An advisory lock that lasts as long as its connection. A process that loses the connection loses the
 * lock, perhaps without noticing at once, so that no data may depend on it.
 */
export class AdvisoryLock {
  /** Aborts when the connection is lost, and the lock with it. */
  readonly lost: AbortSignal;
  readonly #client: PoolClient;

  private constructor(client: PoolClient, lost: AbortSignal) {
    this.#client = client;
    this.lost = lost;
  }

  /** null: another session of this schema holds the lock. */
  static async tryAcquire(pool: Pool, name: string): Promise<AdvisoryLock | null> {
    const client = await pool.connect();
    const lost = new AbortController();
    const lose = (): void => lost.abort();
    client.on('error', lose).on('end', lose);
    try {
      const { rows } = await client.query<{ taken: boolean }>(
        `select pg_try_advisory_lock(hashtextextended(current_schema() || ':' || $1, 0)) as taken`,
        [name],
      );
      if (rows[0]?.taken === true) return new AdvisoryLock(client, lost.signal);
    } catch (error) {
      client.release(true);
      throw error;
    }
    client.off('error', lose).off('end', lose);
    client.release();
    return null;
  }

  /** Resolves when another session can acquire the lock. */
  async release(): Promise<void> {
    // When this fails, the connection is lost and the lock with it.
    await this.#client.query('select pg_advisory_unlock_all()').catch(() => undefined);
    this.#client.release(true);
  }
}
