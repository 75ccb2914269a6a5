import { Readable } from 'node:stream';
import {
  Controller,
  Get,
  Header,
  Inject,
  Param,
  Query,
  Req,
  Res,
  StreamableFile,
  UseInterceptors,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { lastEventId, parseWith, streamQuery } from '#contracts';
import type { Clock } from '#async';
import { CLOCK, READ_TABLES } from '#platform';
import type { ReadTables, RowCursor } from '#read-model';
import { callerOf } from '../common/access/caller.js';
import { RequirePermission } from '../common/access/permissions.js';
import { OpenStreams } from '../common/limits/open-streams.js';
import { routeOf } from '../common/problems/problem.filter.js';
import { ReadPositionInterceptor } from '../common/reads/read-position.interceptor.js';
import { withErrorReporting } from '../common/reads/report-read-errors.js';
import { readSingleHeader } from '../common/parsing/header-text.js';
import { API_OBSERVER, type ApiObserver } from '../common/observer/api-observer.js';
import { API_OPTIONS, type ApiOptions } from '../common/options/api-options.js';
import { parsedOrThrow } from '../common/parsing/request-parsing.js';
import { UserIdPipe, ZodPipe } from '../common/parsing/zod.pipe.js';
import { ReadModelChanges } from './read-model-changes.js';
import { parseEventId } from './event-id.js';
import { transactionStream } from './transaction-stream.js';

@Controller('v1/users/:user_id/transactions')
@RequirePermission('read account')
@UseInterceptors(ReadPositionInterceptor)
export class TransactionStreamController {
  constructor(
    private readonly changes: ReadModelChanges,
    private readonly openStreams: OpenStreams,
    @Inject(READ_TABLES) private readonly tables: ReadTables,
    @Inject(CLOCK) private readonly clock: Pick<Clock, 'timeOfDay'>,
    @Inject(API_OBSERVER) private readonly observer: ApiObserver,
    @Inject(API_OPTIONS) private readonly options: Pick<ApiOptions, 'streams'>,
  ) {}

  @Get('stream')
  @Header('cache-control', 'no-store')
  @Header('x-accel-buffering', 'no')
  async stream(
    @Query(new ZodPipe(streamQuery)) _query: unknown,
    @Param('user_id', UserIdPipe) userId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { subject, expiresAtMs } = callerOf(request);
    const after = lastSeenRow(request) ?? (await this.#newestRow(userId));
    const stream = this.openStreams.open(subject);
    const tables = withErrorReporting(this.tables, (error) =>
      this.observer.requestFailed(routeOf(request), 500, error),
    );
    const { clock, changes } = this;
    const { heartbeatMs } = this.options.streams;
    const events = Readable.from(
      transactionStream(
        { tables, changes, clock, heartbeatMs },
        { userId, after, expiresAtMs, signal: stream.signal },
      ),
      { objectMode: false },
    );
    // A generator that waits for changes can't be ended from outside, so that its signal wakes it.
    reply.raw.once('close', () => stream.abort());
    events.once('close', () => stream.abort());
    return new StreamableFile(events, { type: 'text/event-stream; charset=utf-8' });
  }

  async #newestRow(userId: string): Promise<RowCursor> {
    const [newest] = await this.tables.transactions(userId, { limit: 1 });
    return newest ?? { id: 0 };
  }
}

/** The last row that was seen; null means only new rows, and 0 lies before every row. */
function lastSeenRow(request: FastifyRequest): RowCursor | null {
  const text = parsedOrThrow(readSingleHeader(request.raw, 'Last-Event-ID')) ?? '';
  return text === ''
    ? null
    : parseEventId(parsedOrThrow(parseWith(lastEventId, text, 'Last-Event-ID')));
}
