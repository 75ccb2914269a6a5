import { z } from 'zod';
import {
  batchId,
  consumptionId,
  oneOf,
  mustBe,
  revision,
  sourceId,
  sourceType,
  time,
  wholeNumber,
} from './fields.js';
import { optionalParked } from './parked.js';
import { commandName, storedEvent } from './stored-events.js';
import { pointTransactionItem } from './transactions.js';

/** `closed`: never was a pre-deduction. A late settlement turns `timed_out` into `settled`. */
export const CONSUMPTION_STATUSES = [
  'open',
  'closed',
  'settled',
  'cancelled',
  'timed_out',
] as const;

export type ConsumptionStatus = (typeof CONSUMPTION_STATUSES)[number];

/** The part of a consumption that was taken from one batch. */
export const draw = z.object({
  batch_id: batchId,
  points: wholeNumber(1, Number.MAX_SAFE_INTEGER),
});

const points = wholeNumber(0, Number.MAX_SAFE_INTEGER);
const durationOrNull = z.number(mustBe('a number of seconds, or null')).nullable();

export const consumptionStory = z.object({
  consumption_id: consumptionId,
  /** The revision of the event that began it. */
  revision,
  source_type: sourceType,
  source_id: sourceId.nullable(),
  status: oneOf(CONSUMPTION_STATUSES),
  /** null: it never was a pre-deduction. */
  estimate: points.nullable(),
  /** What it really cost; null: not known yet. */
  actual: points.nullable(),
  refunded: points,
  duration: durationOrNull,
  settle_by: time().nullable(),
  opened_at: time(),
  closed_at: time().nullable(),
  /** In the order in which they were made. */
  draws: z.array(draw),
  /** All rows of the consumption, oldest first. */
  transactions: z.array(pointTransactionItem),
});

export type ConsumptionStory = z.infer<typeof consumptionStory>;

/** Why a row is in the statement. */
export const transactionStory = z.object(
  {
    transaction: pointTransactionItem,
    event: storedEvent,
    command: commandName.extend({ received_at: time() }),
    /** null: the row does not belong to a consumption. */
    consumption: consumptionStory.nullable(),
    /** The refunds of the consumption, oldest first. */
    refunds: z.array(pointTransactionItem),
    ...optionalParked,
  },
  mustBe('the story of a row'),
);

export type TransactionStory = z.infer<typeof transactionStory>;
