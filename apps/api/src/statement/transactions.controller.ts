import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  storyQuery,
  transactionsQuery,
  type TransactionStory,
  type TransactionsPage,
} from '#contracts';
import { RequirePermission } from '../common/access/permissions.js';
import { parseQueryParams, parseRowName, parseUserId } from '../common/parsing/request-parsing.js';
import { TransactionStoryReader } from './transaction-story.js';
import { PageCursors } from './page-cursor.js';
import { resolvePage, toPage } from './page-request.js';
import { ReadPositionInterceptor } from '../common/reads/read-position.interceptor.js';
import { GetTransactionsQuery } from './table-queries.js';

@Controller('v1/users/:user_id/transactions')
@RequirePermission('read account')
@UseInterceptors(ReadPositionInterceptor)
export class TransactionsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly cursors: PageCursors,
    private readonly stories: TransactionStoryReader,
  ) {}

  @Get()
  async page(@Param('user_id') user: string, @Query() query: unknown): Promise<TransactionsPage> {
    const userId = parseUserId(user);
    const asked = resolvePage(userId, parseQueryParams(transactionsQuery, query), this.cursors);
    const { filter, limit, ...place } = asked;
    const rows = await this.queries.execute(
      new GetTransactionsQuery(userId, { ...filter, ...place, limit: limit + 1 }),
    );
    return toPage(userId, asked, rows, this.cursors);
  }

  @Get(':id')
  story(
    @Param('user_id') user: string,
    @Param('id') id: string,
    @Query() query: unknown,
  ): Promise<TransactionStory> {
    parseQueryParams(storyQuery, query);
    return this.stories.read(parseUserId(user), parseRowName(id));
  }
}
