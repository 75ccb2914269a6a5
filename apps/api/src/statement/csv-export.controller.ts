import { Readable } from 'node:stream';
import {
  Controller,
  Get,
  Header,
  Inject,
  Param,
  Query,
  Req,
  StreamableFile,
  UseInterceptors,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { TRANSACTION_FIELDS, exportQuery, type ExportQuery } from '#contracts';
import { BYTE_ORDER_MARK, csvRow } from '#contracts/csv';
import { READ_TABLES } from '#platform';
import { allTransactions, type ReadTables, type StatementRow } from '#read-model';
import { callerOf } from '../common/access/caller.js';
import { RequirePermission } from '../common/access/permissions.js';
import { OpenStreams } from '../common/limits/open-streams.js';
import { API_OBSERVER, type ApiObserver } from '../common/observer/api-observer.js';
import { UserIdPipe, ZodPipe } from '../common/parsing/zod.pipe.js';
import { routeOf } from '../common/problems/problem.filter.js';
import { ReadPositionInterceptor } from '../common/reads/read-position.interceptor.js';
import { withErrorReporting } from '../common/reads/report-read-errors.js';
import { itemOf } from '../common/reads/response-items.js';
import { toFilter } from './page-request.js';

@Controller('v1/users/:user_id')
@RequirePermission('read account')
@UseInterceptors(ReadPositionInterceptor)
export class CsvExportController {
  constructor(
    private readonly openStreams: OpenStreams,
    @Inject(READ_TABLES) private readonly tables: ReadTables,
    @Inject(API_OBSERVER) private readonly observer: ApiObserver,
  ) {}

  @Get('transactions.csv')
  @Header('cache-control', 'no-store')
  async export(
    @Param('user_id', UserIdPipe) userId: string,
    @Query(new ZodPipe(exportQuery)) query: ExportQuery,
    @Req() request: FastifyRequest,
  ): Promise<StreamableFile> {
    const stream = this.openStreams.open(callerOf(request).subject);
    let isStreaming = false;
    const tables = withErrorReporting(this.tables, (error) => {
      if (isStreaming) this.observer.requestFailed(routeOf(request), 500, error);
    });
    const pages = allTransactions(tables, userId, toFilter(query));
    // The first page is read before anything is sent, because a truncated file would look complete.
    const first = await pages.next().catch((error: unknown) => {
      stream.abort();
      throw error;
    });
    isStreaming = true;
    const lines = Readable.from(csvLines(first, pages), { objectMode: false });
    stream.signal.addEventListener('abort', () => lines.destroy(), { once: true });
    lines.once('close', () => stream.abort());
    return new StreamableFile(lines, {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="transactions-${userId}.csv"`,
    });
  }
}

type StatementPages = ReturnType<typeof allTransactions>;

async function* csvLines(
  first: IteratorResult<readonly StatementRow[], void>,
  others: StatementPages,
): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvRow(TRANSACTION_FIELDS);
  if (first.done === true) return;
  yield toCsv(first.value);
  for await (const rows of others) yield toCsv(rows);
}

const toCsv = (rows: readonly StatementRow[]): string =>
  rows
    .map(itemOf)
    .map((item) => csvRow(TRANSACTION_FIELDS.map((field) => item[field])))
    .join('');
