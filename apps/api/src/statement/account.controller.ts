import { Controller, Get, Inject, Param, Query, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  balanceQuery,
  batchesQuery,
  usageQuery,
  type AccountBalance,
  type AccountBatches,
  type Usage,
} from '#contracts';
import type { ReadTables } from '#read-model';
import { Needs } from '../common/access/permissions.js';
import { PARTS, TABLES, type ApiParts } from '../api-parts.js';
import { queryOf, userIdOf } from '../common/parsing/request-parsing.js';
import { BalanceAt } from '../history/history-queries.js';
import { batchItemOf, usageOf } from '../common/reads/response-items.js';
import { ReadPosition } from '../common/reads/read-position.interceptor.js';
import { AccountNow, BatchesLeft, UsageOf } from './table-queries.js';

@Controller('v1/users/:user_id')
@Needs('read account')
@UseInterceptors(ReadPosition)
export class AccountsController {
  constructor(
    private readonly queries: QueryBus,
    @Inject(TABLES) private readonly tables: ReadTables,
    @Inject(PARTS) private readonly parts: ApiParts,
  ) {}

  @Get('balance')
  async balance(@Param('user_id') user: string, @Query() query: unknown): Promise<AccountBalance> {
    const userId = userIdOf(user);
    const { at } = queryOf(balanceQuery, query);
    if (at !== undefined) return this.queries.execute(new BalanceAt(userId, at));
    // The position first: the balance may be newer than it says, never older.
    const position = await this.tables.position();
    const account = await this.queries.execute(new AccountNow(userId));
    return {
      user_id: userId,
      balance: account?.balance ?? 0,
      held: account?.held ?? 0,
      position,
      at: new Date(this.parts.clock.timeOfDay()).toISOString(),
    };
  }

  @Get('batches')
  async batches(@Param('user_id') user: string, @Query() query: unknown): Promise<AccountBatches> {
    queryOf(batchesQuery, query);
    const rows = await this.queries.execute(new BatchesLeft(userIdOf(user)));
    return { items: rows.map(batchItemOf) };
  }

  @Get('usage')
  async usage(@Param('user_id') user: string, @Query() query: unknown): Promise<Usage> {
    const { group_by: groupBy, tz: timeZone, from, to } = queryOf(usageQuery, query);
    const items = await this.queries.execute(
      new UsageOf(userIdOf(user), {
        groupBy,
        timeZone,
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      }),
    );
    return usageOf(items);
  }
}
