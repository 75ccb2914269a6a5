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
import { TRANSACTION_FIELDS, exportQuery } from '#contracts';
import { everyTransaction, type ReadTables, type TransactionFilter } from '#read-model';
import { callerOf } from '../access/caller.js';
import { Needs } from '../access/rights.js';
import { PARTS, TABLES, type ApiParts } from '../api-parts.js';
import { OpenStreams } from '../limits/open-streams.js';
import { queryOf, userIdOf } from '../requests/parsing.js';
import { BYTE_ORDER_MARK, csvLine } from './csv.js';
import { itemOf } from './items.js';
import { filterOf } from './page-request.js';
import { routeOf } from '../problems/problem.filter.js';
import { ReadPosition } from './read-position.interceptor.js';
import { reportedRows } from './reported-rows.js';

@Controller('v1/users/:user_id')
@Needs('read account')
@UseInterceptors(ReadPosition)
export class ExportController {
  constructor(
    private readonly open: OpenStreams,
    @Inject(TABLES) private readonly tables: ReadTables,
    @Inject(PARTS) private readonly parts: ApiParts,
  ) {}

  @Get('transactions.csv')
  @Header('cache-control', 'no-store')
  export(
    @Param('user_id') user: string,
    @Query() query: unknown,
    @Req() request: FastifyRequest,
  ): StreamableFile {
    const userId = userIdOf(user);
    const filter = filterOf(queryOf(exportQuery, query));
    const stream = this.open.open(callerOf(request).subject);
    const tables = reportedRows(this.tables, (error) =>
      this.parts.observer.failed(routeOf(request), 500, error),
    );
    const lines = Readable.from(statement(tables, userId, filter), { objectMode: false });
    stream.signal.addEventListener('abort', () => lines.destroy(), { once: true });
    lines.once('close', () => stream.abort());
    return new StreamableFile(lines, {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="transactions-${userId}.csv"`,
    });
  }
}

async function* statement(
  tables: Pick<ReadTables, 'transactions'>,
  userId: string,
  filter: TransactionFilter,
): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLine(TRANSACTION_FIELDS);
  for await (const rows of everyTransaction(tables, userId, filter)) {
    yield rows
      .map(itemOf)
      .map((item) => csvLine(TRANSACTION_FIELDS.map((field) => item[field])))
      .join('');
  }
}
