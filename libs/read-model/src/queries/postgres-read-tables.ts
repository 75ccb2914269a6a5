import type { Pool } from 'pg';

import type { Position } from '#event-store';

import type {
  DueAccount,
  PageRequest,
  ReadTables,
  RechargeName,
  RowName,
  RowCursor,
  ProjectionStatus,
  TransactionDetails,
  UnnamedPreDeductions,
  UsageItem,
  UsageRequest,
} from '../read-tables.js';
import type {
  AccountRow,
  BatchRow,
  ConsumptionRow,
  RechargeRow,
  StatementRow,
} from '../schema/tables.js';
import { findAccount, findBatches } from './account.js';
import { findDueAccounts, findOldestOpenConsumption } from './due-accounts.js';
import { findMeasuredConsumptions } from './measured-consumptions.js';
import { findProjectionStatus } from './parked-accounts.js';
import { findRecharge } from './recharges.js';
import { findTransactionDetails } from './transaction-details.js';
import { findNewerRows, findStatementPage } from './statement.js';
import { findUnnamedPreDeductions } from './unnamed-pre-deductions.js';
import { sumUsage } from './usage.js';

/** Reads the views, which show the live version. */
export class PostgresReadTables implements ReadTables {
  readonly #pool: Pool;
  readonly #name: string;

  constructor(pool: Pool, name: string) {
    this.#pool = pool;
    this.#name = name;
  }

  async position(): Promise<Position | null> {
    const { rows } = await this.#pool.query<{ position: Position | null }>(
      `select position from mjk_point_checkpoints where name = $1 and state = 'live'`,
      [this.#name],
    );
    return rows[0]?.position ?? null;
  }

  projectionStatus(userId: string): Promise<ProjectionStatus> {
    return findProjectionStatus(this.#pool, this.#name, userId);
  }

  transactions(userId: string, request: PageRequest): Promise<readonly StatementRow[]> {
    return findStatementPage(this.#pool, userId, request);
  }

  transactionsAfter(
    userId: string,
    place: RowCursor,
    limit: number,
  ): Promise<readonly StatementRow[]> {
    return findNewerRows(this.#pool, userId, place, limit);
  }

  account(userId: string): Promise<AccountRow | null> {
    return findAccount(this.#pool, userId);
  }

  batches(userId: string, limit: number): Promise<readonly BatchRow[]> {
    return findBatches(this.#pool, userId, limit);
  }

  usage(userId: string, request: UsageRequest): Promise<readonly UsageItem[]> {
    return sumUsage(this.#pool, userId, request);
  }

  transactionDetails(userId: string, name: RowName): Promise<TransactionDetails | null> {
    return findTransactionDetails(this.#pool, userId, name);
  }

  recharge(userId: string, name: RechargeName): Promise<RechargeRow | null> {
    return findRecharge(this.#pool, userId, name);
  }

  measuredConsumptions(limit: number): Promise<readonly ConsumptionRow[]> {
    return findMeasuredConsumptions(this.#pool, limit);
  }

  dueAccounts(at: string, limit: number): Promise<readonly DueAccount[]> {
    return findDueAccounts(this.#pool, this.#name, at, limit);
  }

  oldestOpenConsumption(): Promise<string | null> {
    return findOldestOpenConsumption(this.#pool, this.#name);
  }

  unnamedPreDeductions(): Promise<UnnamedPreDeductions> {
    return findUnnamedPreDeductions(this.#pool, this.#name);
  }
}
