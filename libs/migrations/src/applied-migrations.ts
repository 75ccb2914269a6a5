import { createHash } from 'node:crypto';
import type { ClientBase, Pool } from 'pg';
import type { AppliedMigration, Migration, MigrationPlan } from './migration-plan.js';

/** The database was migrated by another program, whose tables this one may not understand. */
export class MigrationMismatchError extends Error {
  override readonly name = 'MigrationMismatchError';
  constructor(
    readonly kind: 'newer-database' | 'changed-migration',
    message: string,
  ) {
    super(message);
  }
}

export const digestOf = ({ sql }: Migration): string =>
  createHash('sha256').update(sql).digest('hex');

/** Reads what was applied. Throws where this program does not know it. */
export async function readAppliedMigrations(
  db: ClientBase | Pool,
  plan: MigrationPlan,
): Promise<readonly AppliedMigration[]> {
  const { rows } = await db.query<AppliedMigration>(
    `select number, digest from ${plan.history.table} order by number`,
  );
  assertKnown(rows, plan);
  return rows;
}

function assertKnown(
  applied: readonly AppliedMigration[],
  { subject, migrations }: MigrationPlan,
): void {
  for (const { number, digest } of applied) {
    const known = migrations[number - 1];
    if (known === undefined) {
      throw new MigrationMismatchError(
        'newer-database',
        `the ${subject} applied migration ${number}, which this program does not know: it is older than the database`,
      );
    }
    if (digest !== null && digest !== digestOf(known)) {
      throw new MigrationMismatchError(
        'changed-migration',
        `the ${subject} applied another migration ${number} than the one of this program`,
      );
    }
  }
}
