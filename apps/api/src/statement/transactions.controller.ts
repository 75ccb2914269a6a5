import { Controller, Get, Inject, Param, Query, UseInterceptors } from '@nestjs/common';
import {
  storyQuery,
  transactionsQuery,
  type TransactionStory,
  type TransactionsPage,
  type TransactionsQuery,
} from '#contracts';
import { READ_TABLES } from '#platform';
import type { ReadTables, RowName } from '#read-model';
import { RequirePermission } from '../common/access/permissions.js';
import { UserIdPipe, ZodPipe } from '../common/parsing/zod.pipe.js';
import { ReadPositionInterceptor } from '../common/reads/read-position.interceptor.js';
import { PageCursors } from './page-cursor.js';
import { resolvePage, toPage } from './page-request.js';
import { RowNamePipe } from './row-name.pipe.js';
import { TransactionStoryReader } from './transaction-story.js';

@Controller('v1/users/:user_id/transactions')
@RequirePermission('read account')
@UseInterceptors(ReadPositionInterceptor)
export class TransactionsController {
  constructor(
    private readonly cursors: PageCursors,
    private readonly stories: TransactionStoryReader,
    @Inject(READ_TABLES) private readonly tables: ReadTables,
  ) {}

  @Get()
  async page(
    @Param('user_id', UserIdPipe) userId: string,
    @Query(new ZodPipe(transactionsQuery)) query: TransactionsQuery,
  ): Promise<TransactionsPage> {
    const requested = resolvePage(userId, query, this.cursors);
    const { filter, limit, ...place } = requested;
    const rows = await this.tables.transactions(userId, { ...filter, ...place, limit: limit + 1 });
    return toPage(userId, requested, rows, this.cursors);
  }

  @Get(':id')
  story(
    @Query(new ZodPipe(storyQuery)) _query: unknown,
    @Param('user_id', UserIdPipe) userId: string,
    @Param('id', RowNamePipe) name: RowName,
  ): Promise<TransactionStory> {
    return this.stories.read(userId, name);
  }
}
