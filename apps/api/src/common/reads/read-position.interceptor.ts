import {
  Inject,
  Injectable,
  StreamableFile,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { positionQuery, type Parked } from '#contracts';
import type { EventStore, Position } from '#event-store';
import {
  waitForPosition,
  type ParkedAccount,
  type ReadTables,
  type ProjectionStatus,
} from '#read-model';
import { EVENT_STORE, READ_TABLES } from '#platform';
import { API_OPTIONS, type ApiOptions } from '../options/api-options.js';
import { accountParked, invalidRequest, serviceUnavailable } from '../problems/problem.js';
import { parseQueryParams, parseUserId } from '../parsing/request-parsing.js';

export const POSITION_HEADER = 'ledger-position';

/** The reason why an account is parked, for answers whose body can't contain it: files and streams. */
const PARKED_HEADER = 'ledger-parked';

/**
 * Waits before a read until the read tables have reached its `min_position`, and sends the position
 * that they have reached (empty when there is none yet). The data that is read afterwards is at least
 * that new. The answer for a parked account is marked, and does not wait for a position after the
 * parked event.
 */
@Injectable()
export class ReadPositionInterceptor implements NestInterceptor {
  constructor(
    @Inject(READ_TABLES) private readonly tables: ReadTables,
    @Inject(EVENT_STORE) private readonly store: Pick<EventStore, 'isPosition'>,
    @Inject(API_OPTIONS) private readonly options: Pick<ApiOptions, 'positionWaitMsMax'>,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const minPosition = this.#minPosition(request);
    const userId = parseUserId((request.params as { readonly user_id: string }).user_id);
    let status = await this.tables.projectionStatus(userId);
    rejectBehindParkedEvent(status, minPosition);
    void reply.header(POSITION_HEADER, status.position ?? '');
    if (minPosition !== null && (status.position === null || status.position < minPosition)) {
      await this.#waitForPosition(minPosition);
      status = await this.tables.projectionStatus(userId);
      rejectBehindParkedEvent(status, minPosition);
      void reply.header(POSITION_HEADER, status.position ?? '');
    }
    if (status.parked === null) return next.handle();
    const parked = toParked(status.parked);
    void reply.header(PARKED_HEADER, parked.code);
    return next.handle().pipe(map((answer: unknown) => withParked(answer, parked)));
  }

  /** A position of another store is rejected, because it would never be reached. */
  #minPosition({ query }: FastifyRequest): Position | null {
    const { min_position: minPosition } = parseQueryParams(positionQuery, query);
    if (minPosition === undefined) return null;
    if (this.store.isPosition(minPosition)) return minPosition;
    const reason = 'must be a position that this ledger returned';
    throw invalidRequest([{ field: 'min_position', reason }]);
  }

  async #waitForPosition(minPosition: Position): Promise<void> {
    if (await waitForPosition(this.tables, minPosition, this.options.positionWaitMsMax)) return;
    throw serviceUnavailable('not-yet', 'The read tables have not reached min_position.', 1);
  }
}

export const toParked = ({ since, code }: ParkedAccount): Parked => ({ since, code });

function rejectBehindParkedEvent({ parked }: ProjectionStatus, minPosition: Position | null): void {
  if (minPosition !== null && parked !== null && minPosition >= parked.position) {
    throw accountParked(toParked(parked));
  }
}

const withParked = (answer: unknown, parked: Parked): unknown =>
  typeof answer === 'object' && answer !== null && !(answer instanceof StreamableFile)
    ? { ...answer, parked }
    : answer;
