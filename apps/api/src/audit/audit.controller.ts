import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { eventsQuery, stateQuery, type AccountState, type EventsPage } from '#contracts';
import { Needs } from '../common/access/permissions.js';
import { ReadPosition } from '../common/reads/read-position.interceptor.js';
import { queryOf, userIdOf } from '../common/parsing/request-parsing.js';
import { PageOfEvents, StateAt } from '../history/history-queries.js';

@Controller('v1/users/:user_id')
@Needs('read as auditor')
@UseInterceptors(ReadPosition)
export class AuditController {
  constructor(private readonly queries: QueryBus) {}

  @Get('events')
  events(@Param('user_id') user: string, @Query() query: unknown): Promise<EventsPage> {
    const { after = -1, limit } = queryOf(eventsQuery, query);
    return this.queries.execute(new PageOfEvents(userIdOf(user), after, limit));
  }

  @Get('state')
  state(@Param('user_id') user: string, @Query() query: unknown): Promise<AccountState> {
    const { revision = null } = queryOf(stateQuery, query);
    return this.queries.execute(new StateAt(userIdOf(user), revision));
  }
}
