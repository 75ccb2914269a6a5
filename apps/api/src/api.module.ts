import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CommandsModule } from '#commands';
import { AccessGuard } from './common/access/access.guard.js';
import { PARTS, STORE, TABLES, type ApiParts } from './api-parts.js';
import { CommandsController } from './commands/commands.controller.js';
import { DocsController } from './docs/docs.controller.js';
import { HealthController } from './health/health.controller.js';
import { OpenStreams } from './common/limits/open-streams.js';
import { RateLimiter } from './common/limits/rate-limiter.js';
import { ProblemFilter } from './common/problems/problem.filter.js';
import { AccountController } from './statement/account.controller.js';
import { CsvExportController } from './statement/csv-export.controller.js';
import { PageCursors } from './statement/page-cursor.js';
import { TABLE_QUERY_HANDLERS } from './statement/table-queries.js';
import { TransactionsController } from './statement/transactions.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { ReplaySemaphore } from './history/replay-semaphore.js';
import { HISTORY_QUERY_HANDLERS } from './history/history-queries.js';
import { TransactionStoryReader } from './statement/transaction-story.js';
import { ReadModelChanges } from './live/read-model-changes.js';
import { TransactionStreamController } from './live/transaction-stream.controller.js';

@Module({
  controllers: [
    CommandsController,
    AccountController,
    TransactionsController,
    TransactionStreamController,
    CsvExportController,
    AuditController,
    HealthController,
    DocsController,
  ],
  providers: [
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_FILTER, useClass: ProblemFilter },
    ReplaySemaphore,
    TransactionStoryReader,
    ...TABLE_QUERY_HANDLERS,
    ...HISTORY_QUERY_HANDLERS,
  ],
})
export class ApiModule {
  static of(parts: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      imports: [CommandsModule.forRoot(parts.commandProcessor)],
      providers: madeOf(parts),
    };
  }
}

function madeOf(parts: ApiParts): Provider[] {
  const { clock, observer } = parts;
  const failed = (cause: unknown): void => observer.positionPollFailed(cause);
  return [
    { provide: PARTS, useValue: parts },
    { provide: STORE, useValue: parts.store },
    { provide: TABLES, useValue: parts.tables },
    { provide: RateLimiter, useValue: new RateLimiter(parts.rates, () => clock.now()) },
    {
      provide: OpenStreams,
      useValue: new OpenStreams(parts.streams, (count) => observer.openStreamsChanged(count)),
    },
    { provide: PageCursors, useValue: new PageCursors(parts.cursorKey) },
    {
      provide: ReadModelChanges,
      useValue: new ReadModelChanges(parts.tables, {
        pollMs: parts.streams.pollMs,
        onPollError: failed,
      }),
    },
  ];
}
