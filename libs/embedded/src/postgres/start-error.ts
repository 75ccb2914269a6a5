/** Why there is no Postgres, in one sentence that says what to do. */
export class PostgresStartError extends Error {
  override readonly name = 'PostgresStartError';
}
