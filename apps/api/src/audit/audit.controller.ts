import { Controller, Get, Param, Query, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  eventsQuery,
  stateQuery,
  type AccountState,
  type EventsPage,
  type EventsQuery,
  type StateQuery,
} from '#contracts';
import { RequirePermission } from '../common/access/permissions.js';
import { UserIdPipe, ZodPipe } from '../common/parsing/zod.pipe.js';
import { ReadPositionInterceptor } from '../common/reads/read-position.interceptor.js';
import { GetAccountStateQuery, GetEventsQuery } from '../history/history-queries.js';

@Controller('v1/users/:user_id')
@RequirePermission('read as auditor')
@UseInterceptors(ReadPositionInterceptor)
export class AuditController {
  constructor(private readonly queries: QueryBus) {}

  @Get('events')
  events(
    @Param('user_id', UserIdPipe) userId: string,
    @Query(new ZodPipe(eventsQuery)) { after = -1, limit }: EventsQuery,
  ): Promise<EventsPage> {
    return this.queries.execute(new GetEventsQuery(userId, after, limit));
  }

  @Get('state')
  state(
    @Param('user_id', UserIdPipe) userId: string,
    @Query(new ZodPipe(stateQuery)) { revision }: StateQuery,
  ): Promise<AccountState> {
    return this.queries.execute(new GetAccountStateQuery(userId, revision ?? null));
  }
}
