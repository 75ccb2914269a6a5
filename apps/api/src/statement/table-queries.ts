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

export class PageOfTransactions extends Query<readonly StatementRow[]> {
  constructor(
    readonly userId: string,
    readonly request: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(PageOfTransactions)
export class PageOfTransactionsHandler implements IQueryHandler<PageOfTransactions> {
  constructor(@Inject(TABLES) private readonly tables: ReadTables) {}
  execute({ userId, request }: PageOfTransactions) {
    return this.tables.transactions(userId, request);
  }
}

/** null: nothing has happened to it yet. */
export class AccountNow extends Query<AccountRow | null> {
  constructor(readonly userId: string) {
    super();
  }
}

@QueryHandler(AccountNow)
export class AccountNowHandler implements IQueryHandler<AccountNow> {
  constructor(@Inject(TABLES) private readonly tables: ReadTables) {}
  execute({ userId }: AccountNow) {
    return this.tables.account(userId);
  }
}

export class BatchesLeft extends Query<readonly BatchRow[]> {
  constructor(readonly userId: string) {
    super();
  }
}

@QueryHandler(BatchesLeft)
export class BatchesLeftHandler implements IQueryHandler<BatchesLeft> {
  constructor(@Inject(TABLES) private readonly tables: ReadTables) {}
  execute({ userId }: BatchesLeft) {
    return this.tables.batches(userId, BATCHES_MAX);
  }
}

export class UsageOf extends Query<readonly UsageItem[]> {
  constructor(
    readonly userId: string,
    readonly request: UsageRequest,
  ) {
    super();
  }
}

@QueryHandler(UsageOf)
export class UsageOfHandler implements IQueryHandler<UsageOf> {
  constructor(@Inject(TABLES) private readonly tables: ReadTables) {}
  async execute({ userId, request }: UsageOf) {
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
export class StoryOfRow extends Query<TransactionDetails | null> {
  constructor(
    readonly userId: string,
    readonly name: RowName,
  ) {
    super();
  }
}

@QueryHandler(StoryOfRow)
export class StoryOfRowHandler implements IQueryHandler<StoryOfRow> {
  constructor(@Inject(TABLES) private readonly tables: ReadTables) {}
  execute({ userId, name }: StoryOfRow) {
    return this.tables.transactionDetails(userId, name);
  }
}

export const TABLE_QUERIES = [
  PageOfTransactionsHandler,
  AccountNowHandler,
  BatchesLeftHandler,
  UsageOfHandler,
  StoryOfRowHandler,
];
