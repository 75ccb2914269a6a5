import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import {
  UnknownTimeZone,
  type AccountRow,
  type BatchRow,
  type PageRequest,
  type StatementRow,
  type ReadTables,
  type RowName,
  type TransactionDetails,
  type UsageItem,
  type UsageRequest,
} from '#read-model';
import { TABLES } from '../api-parts.js';
import { invalidRequest } from '../common/problems/problem.js';

// One query for each thing that a page shows: one call of the read tables.

/** More than an account can have with points left: `batchesMax` of the policy, and grace batches. */
const BATCHES_MAX = 5_000;

export class GetTransactionsQuery extends Query<readonly StatementRow[]> {
  constructor(
    readonly userId: string,
    readonly request: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(GetTransactionsQuery)
export class GetTransactionsHandler implements IQueryHandler<GetTransactionsQuery> {
  constructor(@Inject(TABLES) private readonly tables: ReadTables) {}
  execute({ userId, request }: GetTransactionsQuery) {
    return this.tables.transactions(userId, request);
  }
}

/** null: nothing has happened to it yet. */
export class GetAccountQuery extends Query<AccountRow | null> {
  constructor(readonly userId: string) {
    super();
  }
}

@QueryHandler(GetAccountQuery)
export class GetAccountHandler implements IQueryHandler<GetAccountQuery> {
  constructor(@Inject(TABLES) private readonly tables: ReadTables) {}
  execute({ userId }: GetAccountQuery) {
    return this.tables.account(userId);
  }
}

export class GetBatchesQuery extends Query<readonly BatchRow[]> {
  constructor(readonly userId: string) {
    super();
  }
}

@QueryHandler(GetBatchesQuery)
export class GetBatchesHandler implements IQueryHandler<GetBatchesQuery> {
  constructor(@Inject(TABLES) private readonly tables: ReadTables) {}
  execute({ userId }: GetBatchesQuery) {
    return this.tables.batches(userId, BATCHES_MAX);
  }
}

export class GetUsageQuery extends Query<readonly UsageItem[]> {
  constructor(
    readonly userId: string,
    readonly request: UsageRequest,
  ) {
    super();
  }
}

@QueryHandler(GetUsageQuery)
export class GetUsageHandler implements IQueryHandler<GetUsageQuery> {
  constructor(@Inject(TABLES) private readonly tables: ReadTables) {}
  async execute({ userId, request }: GetUsageQuery) {
    try {
      return await this.tables.usage(userId, request);
    } catch (cause) {
      if (!(cause instanceof UnknownTimeZone)) throw cause;
      throw invalidRequest([
        { field: 'tz', reason: 'must be a time zone that the database knows' },
      ]);
    }
  }
}

/** null: the user has no such row. */
export class GetTransactionDetailsQuery extends Query<TransactionDetails | null> {
  constructor(
    readonly userId: string,
    readonly name: RowName,
  ) {
    super();
  }
}

@QueryHandler(GetTransactionDetailsQuery)
export class GetTransactionDetailsHandler implements IQueryHandler<GetTransactionDetailsQuery> {
  constructor(@Inject(TABLES) private readonly tables: ReadTables) {}
  execute({ userId, name }: GetTransactionDetailsQuery) {
    return this.tables.transactionDetails(userId, name);
  }
}

export const TABLE_QUERY_HANDLERS = [
  GetTransactionsHandler,
  GetAccountHandler,
  GetBatchesHandler,
  GetUsageHandler,
  GetTransactionDetailsHandler,
];
