import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { eventsQuery, stateQuery, type AccountState, type EventsPage } from '#contracts';
import { RequirePermission } from '../common/access/permissions.js';
import { ReadPositionInterceptor } from '../common/reads/read-position.interceptor.js';
import { parseQueryParams, parseUserId } from '../common/parsing/request-parsing.js';
import { GetEventsQuery, GetAccountStateQuery } from '../history/history-queries.js';

@Controller('v1/users/:user_id')
@RequirePermission('read as auditor')
@UseInterceptors(ReadPositionInterceptor)
export class AuditController {
  constructor(private readonly queries: QueryBus) {}

  @Get('events')
  events(@Param('user_id') user: string, @Query() query: unknown): Promise<EventsPage> {
    const { after = -1, limit } = parseQueryParams(eventsQuery, query);
    return this.queries.execute(new GetEventsQuery(parseUserId(user), after, limit));
  }

  @Get('state')
  state(@Param('user_id') user: string, @Query() query: unknown): Promise<AccountState> {
    const { revision = null } = parseQueryParams(stateQuery, query);
    return this.queries.execute(new GetAccountStateQuery(parseUserId(user), revision));
  }
}
