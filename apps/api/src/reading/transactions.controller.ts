import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  storyQuery,
  transactionsQuery,
  type TransactionStory,
  type TransactionsPage,
} from '#contracts';
import { Needs } from '../access/rights.js';
import { queryOf, rowIdOf, userIdOf } from '../requests/parsing.js';
import { RowStory } from '../replay/row-story.js';
import { itemOf } from './items.js';
import { PageCursors } from './page-cursor.js';
import { nextCursor, pageAsked } from './page-request.js';
import { ReadPosition } from './read-position.interceptor.js';
import { PageOfTransactions } from './table-queries.js';

@Controller('v1/users/:user_id/transactions')
@Needs('read account')
@UseInterceptors(ReadPosition)
export class TransactionsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly cursors: PageCursors,
    private readonly stories: RowStory,
  ) {}

  @Get()
  async page(@Param('user_id') user: string, @Query() query: unknown): Promise<TransactionsPage> {
    const userId = userIdOf(user);
    const asked = pageAsked(userId, queryOf(transactionsQuery, query), this.cursors);
    // One more than asked for tells whether there is a next page.
    const rows = await this.queries.execute(
      new PageOfTransactions(userId, { ...asked, limit: asked.limit + 1 }),
    );
    const items = rows.slice(0, asked.limit).map(itemOf);
    const hasMore = rows.length > items.length;
    return { items, next_cursor: hasMore ? nextCursor(userId, asked, items, this.cursors) : null };
  }

  @Get(':id')
  story(
    @Param('user_id') user: string,
    @Param('id') id: string,
    @Query() query: unknown,
  ): Promise<TransactionStory> {
    queryOf(storyQuery, query);
    return this.stories.of(userIdOf(user), rowIdOf(id));
  }
}
