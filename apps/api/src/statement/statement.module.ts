import { Module } from '@nestjs/common';
import { API_OPTIONS, type ApiOptions } from '../common/options/api-options.js';
import { HistoryModule } from '../history/history.module.js';
import { AccountController } from './account.controller.js';
import { CsvExportController } from './csv-export.controller.js';
import { PageCursors } from './page-cursor.js';
import { TransactionStoryReader } from './transaction-story.js';
import { TransactionsController } from './transactions.controller.js';

/** Statement, export, balance, batches and usage of an account. */
@Module({
  imports: [HistoryModule],
  controllers: [AccountController, TransactionsController, CsvExportController],
  providers: [
    TransactionStoryReader,
    {
      provide: PageCursors,
      inject: [API_OPTIONS],
      useFactory: ({ cursorKey }: ApiOptions) => new PageCursors(cursorKey),
    },
  ],
})
export class StatementModule {}
