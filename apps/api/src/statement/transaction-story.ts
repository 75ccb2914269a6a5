import { Inject, Injectable } from '@nestjs/common';
import type { ConsumptionStory, RechargeStory, TransactionStory } from '#contracts';
import type { EventStore } from '#event-store';
import { accountStream } from '#identity';
import type { LedgerEvent } from '#ledger';
import { EVENT_STORE, READ_TABLES } from '#platform';
import type { ReadTables, RowName, TransactionDetails } from '#read-model';
import { notFound } from '../common/problems/problem.js';
import { itemOf } from '../common/reads/response-items.js';
import { formatRowRef } from '../common/reads/row-ref.js';
import { decodeEvent, toStoredEvent, type DecodedEvent } from '../history/stored-event.js';
import { readCommandData } from './command-data.js';

/** It was validated before it was recorded. */
type Metadata = TransactionStory['command']['metadata'];

/** Reads the origin of a row: its data in the tables, and the stored event that caused it. */
@Injectable()
export class TransactionStoryReader {
  constructor(
    @Inject(READ_TABLES) private readonly tables: ReadTables,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  async read(userId: string, name: RowName): Promise<TransactionStory> {
    const found = await this.tables.transactionDetails(userId, name);
    if (found === null) throw notFound(rowNotFoundDetail(name));
    const decoded = await this.#readEvent(userId, found.row.revision);
    const details = await this.#withRecharge(userId, found, decoded);
    const { event, provenance } = decoded;
    const data = await readCommandData(this.store, userId, decoded);
    return {
      transaction: itemOf(details.row),
      event: toStoredEvent(decoded),
      command: {
        ...provenance.command,
        type: provenance.command.type,
        received_at: event.receivedAt,
        metadata: (data?.['metadata'] as Metadata | undefined) ?? null,
      },
      consumption: toConsumptionStory(details),
      recharge: toRechargeStory(details),
      refunds: details.rows.filter(({ type }) => type === 'refund').map(itemOf),
    };
  }

  /** Where a row names its order alone, and the tables can't tell its recharge, its event does. */
  async #withRecharge(
    userId: string,
    details: TransactionDetails,
    { event }: DecodedEvent,
  ): Promise<TransactionDetails> {
    if (details.recharge !== null || details.consumption !== null) return details;
    const revision = reversedRecharge(event);
    if (revision === null) return details;
    return { ...details, recharge: await this.tables.recharge(userId, { revision }) };
  }

  async #readEvent(userId: string, revision: number): Promise<DecodedEvent> {
    const one = { from: revision, limit: 1 };
    for await (const recorded of this.store.readStream(accountStream(userId), one)) {
      return decodeEvent(recorded);
    }
    throw new Error(`a row of ${userId} has no event of revision ${revision}`);
  }
}

/** The revision of the recharge that the event reverses, reinstates or collects for; null: of none. */
function reversedRecharge(event: LedgerEvent): number | null {
  switch (event.type) {
    case 'RechargeReversed':
    case 'RechargeReinstated':
      return event.of;
    case 'DebtCollected':
      return event.consumptionId === null ? event.of : null;
    default:
      return null;
  }
}

const rowNotFoundDetail = (name: RowName): string =>
  'id' in name
    ? `This user has no row with the id ${name.id}. Ids change when an account or the tables are ` +
      'rebuilt; the row_ref of a row never changes.'
    : `This user has no row ${formatRowRef(name)}.`;

function toConsumptionStory({ consumption, rows }: TransactionDetails): ConsumptionStory | null {
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
    charged: consumption.charged,
    owed: consumption.owed,
    uncollected: consumption.uncollected,
    refunded: consumption.refunded,
    quantity: consumption.quantity,
    price: consumption.price,
    duration: consumption.duration,
    settle_by: consumption.settle_by,
    opened_at: consumption.opened_at,
    closed_at: consumption.closed_at,
    // A row of another service may name no batch.
    draws: draws.flatMap(({ batch_id, amount: points }) =>
      batch_id === null ? [] : { batch_id, points },
    ),
    transactions: rows.map(itemOf),
  };
}

function toRechargeStory({ recharge, rows }: TransactionDetails): RechargeStory | null {
  if (recharge === null) return null;
  const { recharge_id, revision, batch_id, source_id, points, reversed, reinstated } = recharge;
  const transactions = rows.map(itemOf);
  return { recharge_id, revision, batch_id, source_id, points, reversed, reinstated, transactions };
}
