/** A released migration is never changed: it is followed by another one. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export interface MigrationPlan {
  /** What is migrated, for error messages. */
  readonly subject: string;
  /** Numbered from 1, in the order in which they are applied. */
  readonly migrations: readonly Migration[];
  readonly history: MigrationHistory;
  /** Key of the advisory lock: any number that no other program uses in this database. */
  readonly lockKey: number;
}

/** The table that says which migrations were applied, and with which digest. */
export interface MigrationHistory {
  readonly table: string;
  /** Creates the table where it is missing. */
  readonly createSql: string;
  readonly hasNames: boolean;
}

export interface AppliedMigration {
  readonly number: number;
  /** Null: it was applied by a program that did not store digests. */
  readonly digest: string | null;
}
