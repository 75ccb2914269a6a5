import { Module } from '@nestjs/common';
import { READ_TABLES } from '#platform';
import type { ReadTables } from '#read-model';
import { API_OBSERVER, type ApiObserver } from '../common/observer/api-observer.js';
import { API_OPTIONS, type ApiOptions } from '../common/options/api-options.js';
import { ReadModelChanges } from './read-model-changes.js';
import { TransactionStreamController } from './transaction-stream.controller.js';

/** New rows of the statement as server-sent events. */
@Module({
  controllers: [TransactionStreamController],
  providers: [
    {
      provide: ReadModelChanges,
      inject: [READ_TABLES, API_OPTIONS, API_OBSERVER],
      useFactory: (tables: ReadTables, { streams }: ApiOptions, observer: ApiObserver) =>
        new ReadModelChanges(tables, {
          pollMs: streams.pollMs,
          onPollError: (cause) => observer.positionPollFailed(cause),
        }),
    },
  ],
})
export class LiveModule {}
