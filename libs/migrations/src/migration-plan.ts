import type { ClientBase } from 'pg';

/** A released migration is never changed: it is followed by another one. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** Without it, the migration does the same work while others wait. */
  readonly preparation?: Preparation;
  /** A wait for a lock makes all others wait behind it, so it is short here, and repeated. */
  readonly lockMsMax?: number;
}

/** Called with a sentence about the work, for people who wait for it. */
export type Report = (line: string) => void;

/**
 * Long work before a migration, outside a transaction, while the programs go on. It can be cut off at
 * any moment, and repeated.
 */
export interface Preparation {
  /** What the migration is going to do, how long that takes about and how much disk. It changes nothing. */
  describe(client: ClientBase): Promise<readonly string[]>;
  run(client: ClientBase, report: Report): Promise<void>;
  /** Takes back what must not stand for long without the migration, when that could not be applied. */
  undo(client: ClientBase): Promise<void>;
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
