import { Controller, Get, Inject, Param, Query, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { Clock } from '#async';
import {
  balanceQuery,
  batchesQuery,
  usageQuery,
  type AccountBalance,
  type AccountBatches,
  type BalanceQuery,
  type Usage,
  type UsageQuery,
} from '#contracts';
import { CLOCK, READ_TABLES } from '#platform';
import { UnknownTimeZone, type ReadTables } from '#read-model';
import { RequirePermission } from '../common/access/permissions.js';
import { UserIdPipe, ZodPipe } from '../common/parsing/zod.pipe.js';
import { invalidRequest } from '../common/problems/problem.js';
import { ReadPositionInterceptor } from '../common/reads/read-position.interceptor.js';
import { toBatchItem, toUsage } from '../common/reads/response-items.js';
import { GetBalanceAtQuery } from '../history/history-queries.js';

/** More batches than an account can have with points left: `batchesMax` of the policy and grace batches. */
const BATCHES_MAX = 5_000;

@Controller('v1/users/:user_id')
@RequirePermission('read account')
@UseInterceptors(ReadPositionInterceptor)
export class AccountController {
  constructor(
    private readonly queries: QueryBus,
    @Inject(READ_TABLES) private readonly tables: ReadTables,
    @Inject(CLOCK) private readonly clock: Pick<Clock, 'timeOfDay'>,
  ) {}

  @Get('balance')
  async balance(
    @Param('user_id', UserIdPipe) userId: string,
    @Query(new ZodPipe(balanceQuery)) { at }: BalanceQuery,
  ): Promise<AccountBalance> {
    if (at !== undefined) return this.queries.execute(new GetBalanceAtQuery(userId, at));
    // The position is read first, so that the balance may be newer than it but never older.
    const position = await this.tables.position();
    const account = await this.tables.account(userId);
    return {
      user_id: userId,
      balance: account?.balance ?? 0,
      held: account?.held ?? 0,
      owed: account?.owed ?? 0,
      position,
      at: new Date(this.clock.timeOfDay()).toISOString(),
    };
  }

  @Get('batches')
  async batches(
    @Query(new ZodPipe(batchesQuery)) _query: unknown,
    @Param('user_id', UserIdPipe) userId: string,
  ): Promise<AccountBatches> {
    const rows = await this.tables.batches(userId, BATCHES_MAX);
    return { items: rows.map(toBatchItem) };
  }

  @Get('usage')
  async usage(
    @Query(new ZodPipe(usageQuery)) query: UsageQuery,
    @Param('user_id', UserIdPipe) userId: string,
  ): Promise<Usage> {
    const { group_by: groupBy, tz: timeZone, from, to } = query;
    const request = {
      groupBy,
      timeZone,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    };
    return toUsage(await this.tables.usage(userId, request).catch(rejectUnknownTimeZone));
  }
}

/** A time zone may be valid here and unknown to the database, which has its own list. */
function rejectUnknownTimeZone(cause: unknown): never {
  if (!(cause instanceof UnknownTimeZone)) throw cause;
  throw invalidRequest([{ field: 'tz', reason: 'must be a time zone that the database knows' }]);
}
