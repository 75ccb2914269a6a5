import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { positionQuery } from '#contracts';
import type { EventStore, Position } from '#event-store';
import { waitForPosition, type ReadTables } from '#read-model';
import { PARTS, STORE, TABLES, type ApiParts } from '../api-parts.js';
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
    @Inject(STORE) private readonly store: Pick<EventStore, 'isPosition'>,
    @Inject(PARTS) private readonly parts: ApiParts,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const wanted = this.#wantedBy(http.getRequest<FastifyRequest>());
    const tell = (position: Position | null): unknown =>
      http.getResponse<FastifyReply>().header(POSITION_HEADER, position ?? '');
    const position = await this.tables.position();
    tell(position);
    if (wanted !== null && (position === null || position < wanted)) {
      await this.#reach(wanted);
      tell(await this.tables.position());
    }
    return next.handle();
  }

  /** What has not the form of this store's positions would be waited for in vain. */
  #wantedBy({ query }: FastifyRequest): Position | null {
    const { min_position: wanted } = queryOf(positionQuery, query);
    if (wanted === undefined) return null;
    if (this.store.isPosition(wanted)) return wanted;
    const reason = 'must be a position that this ledger gave out';
    throw invalidRequest([{ field: 'min_position', reason }]);
  }

  async #reach(wanted: Position): Promise<void> {
    if (await waitForPosition(this.tables, wanted, this.parts.positionWaitMsMax)) return;
    throw notNow('not-yet', 'The read tables have not come as far as min_position.', 1);
  }
}
