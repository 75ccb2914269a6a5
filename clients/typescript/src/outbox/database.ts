/** What the outbox needs of a connection: a client of `pg`, in the transaction of the service. */
export interface Database {
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;
}

/** What the relay needs of a pool: a `pg.Pool`. */
export interface DatabasePool {
  connect(): Promise<Database & { release(error?: Error | boolean): void }>;
}
