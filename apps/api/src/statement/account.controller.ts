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
import { RequirePermission } from '../common/access/permissions.js';
import { PARTS, TABLES, type ApiParts } from '../api-parts.js';
import { parseQueryParams, parseUserId } from '../common/parsing/request-parsing.js';
import { GetBalanceAtQuery } from '../history/history-queries.js';
import { toBatchItem, toUsage } from '../common/reads/response-items.js';
import { ReadPositionInterceptor } from '../common/reads/read-position.interceptor.js';
import { GetAccountQuery, GetBatchesQuery, GetUsageQuery } from './table-queries.js';

@Controller('v1/users/:user_id')
@RequirePermission('read account')
@UseInterceptors(ReadPositionInterceptor)
export class AccountController {
  constructor(
    private readonly queries: QueryBus,
    @Inject(TABLES) private readonly tables: ReadTables,
    @Inject(PARTS) private readonly parts: ApiParts,
  ) {}

  @Get('balance')
  async balance(@Param('user_id') user: string, @Query() query: unknown): Promise<AccountBalance> {
    const userId = parseUserId(user);
    const { at } = parseQueryParams(balanceQuery, query);
    if (at !== undefined) return this.queries.execute(new GetBalanceAtQuery(userId, at));
    // The position first: the balance may be newer than it says, never older.
    const position = await this.tables.position();
    const account = await this.queries.execute(new GetAccountQuery(userId));
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
    parseQueryParams(batchesQuery, query);
    const rows = await this.queries.execute(new GetBatchesQuery(parseUserId(user)));
    return { items: rows.map(toBatchItem) };
  }

  @Get('usage')
  async usage(@Param('user_id') user: string, @Query() query: unknown): Promise<Usage> {
    const { group_by: groupBy, tz: timeZone, from, to } = parseQueryParams(usageQuery, query);
    const items = await this.queries.execute(
      new GetUsageQuery(parseUserId(user), {
        groupBy,
        timeZone,
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      }),
    );
    return toUsage(items);
  }
}
