import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { batchesQuery } from '#contracts';
import type { Position } from '#event-store';
import { waitForPosition, type ReadTables } from '#read-model';
import { PARTS, TABLES, type ApiParts } from '../api-parts.js';
import { invalidRequest, notNow } from '../problems/problem.js';
import { queryOf } from '../requests/parsing.js';

export const POSITION_HEADER = 'ledger-position';

/**
 * Before every read: waits until the tables have come as far as the reader says, and tells how far
 * they have (empty: nowhere yet). What is read afterwards is at least as new as that.
 */
@Injectable()
export class ReadPosition implements NestInterceptor {
  constructor(
    @Inject(TABLES) private readonly tables: ReadTables,
    @Inject(PARTS) private readonly parts: ApiParts,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const { min_position: wanted } = queryOf(batchesQuery, http.getRequest<FastifyRequest>().query);
    const tell = (position: Position | null): unknown =>
      http.getResponse<FastifyReply>().header(POSITION_HEADER, position ?? '');
    const position = await this.tables.position();
    tell(position);
    if (wanted !== undefined && (position === null || position < wanted)) {
      await this.#reach(wanted, position);
      tell(await this.tables.position());
    }
    return next.handle();
  }

  async #reach(wanted: string, position: Position | null): Promise<void> {
    if (position !== null && kindOf(wanted) !== kindOf(position)) {
      const reason = 'must be a position that this ledger gave out';
      throw invalidRequest([{ field: 'min_position', reason }]);
    }
    // Opaque: what is no position is never reached.
    const target = wanted as Position;
    if (await waitForPosition(this.tables, target, this.parts.positionWaitMsMax)) return;
    throw notNow('not-yet', 'The read tables have not come as far as min_position.', 1);
  }
}

const kindOf = (position: string): string => position.slice(0, position.indexOf(':') + 1);
