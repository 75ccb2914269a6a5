import { Inject, Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { ConsumptionStory, TransactionStory } from '#contracts';
import type { EventStore } from '#event-store';
import { accountStream } from '#identity';
import type { RowName, TransactionDetails as StoredStory } from '#read-model';
import { STORE } from '../api-parts.js';
import { notFound } from '../common/problems/problem.js';
import { itemOf } from '../common/reads/response-items.js';
import { formatRowRef } from '../common/reads/row-ref.js';
import { GetTransactionDetailsQuery } from './table-queries.js';
import { decodeEvent, toStoredEvent, type DecodedEvent } from '../history/stored-event.js';

/** Why a row is there: what the tables know of it, and the stored event that it was made of. */
@Injectable()
export class TransactionStoryReader {
  constructor(
    private readonly queries: QueryBus,
    @Inject(STORE) private readonly store: EventStore,
  ) {}

  async read(userId: string, name: RowName): Promise<TransactionStory> {
    const story = await this.queries.execute(new GetTransactionDetailsQuery(userId, name));
    if (story === null) throw notFound(rowNotFoundDetail(name));
    const read = await this.#readEvent(userId, story.row.revision);
    const { event, provenance } = read;
    return {
      transaction: itemOf(story.row),
      event: toStoredEvent(read),
      command: { ...provenance.command, received_at: event.receivedAt },
      consumption: toConsumptionStory(story),
      refunds: story.rows.filter(({ type }) => type === 'refund').map(itemOf),
    };
  }

  async #readEvent(userId: string, revision: number): Promise<DecodedEvent> {
    const one = { from: revision, limit: 1 };
    for await (const recorded of this.store.readStream(accountStream(userId), one)) {
      return decodeEvent(recorded);
    }
    throw new Error(`a row of ${userId} has no event of revision ${revision}`);
  }
}

const rowNotFoundDetail = (name: RowName): string =>
  'id' in name
    ? `This user has no row of the id ${name.id}. Ids change when an account or the tables are built ` +
      'anew; the row_ref of a row stays.'
    : `This user has no row ${formatRowRef(name)}.`;

function toConsumptionStory({ consumption, rows }: StoredStory): ConsumptionStory | null {
  if (consumption === null) return null;
  const draws = rows.filter(({ type }) => type === 'consume');
  return {
    consumption_id: consumption.consumption_id,
    revision: consumption.revision,
    source_type: consumption.source_type,
    source_id: consumption.source_id,
    status: consumption.status,
    estimate: consumption.estimate,
    actual: consumption.actual,
    refunded: consumption.refunded,
    duration: consumption.duration,
    settle_by: consumption.settle_by,
    opened_at: consumption.opened_at,
    closed_at: consumption.closed_at,
    draws: draws.map(({ batch_id, amount }) => ({ batch_id: batch_id ?? 0, points: amount })),
    transactions: rows.map(itemOf),
  };
}
