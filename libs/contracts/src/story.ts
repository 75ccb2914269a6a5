import { z } from 'zod';
import {
  batchId,
  beginning,
  businessCode,
  consumptionId,
  oneOf,
  mustBe,
  rechargeId,
  sourceId,
  time,
  wholeNumber,
} from './fields.js';
import { metadata } from './metadata.js';
import { optionalParked } from './parked.js';
import { commandName, storedEvent } from './stored-events.js';
import { price } from './settings.js';
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
  /** The revision of the event that began it; negative: it began in another service. */
  revision: beginning,
  source_type: businessCode,
  source_id: sourceId.nullable(),
  status: oneOf(CONSUMPTION_STATUSES),
  /** null: it never was a pre-deduction. */
  estimate: points.nullable(),
  /** What it really cost; null: not known yet. */
  actual: points.nullable(),
  /** What was paid of it, also later; null: not known yet. */
  charged: points.nullable(),
  /** The debt that is open. */
  owed: points,
  /** What of it nobody will pay. */
  uncollected: points,
  refunded: points,
  /** What the price counts; until it is settled, that of the estimate. null: not told. */
  quantity: z.number(mustBe('a number, or null')).nullable(),
  /** The price when it began, of that version of the settings; null: there was none. */
  price: price.extend({ settings: z.int(), unit: z.string() }).nullable(),
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

/** What became of a recharge. */
export const rechargeStory = z.object({
  recharge_id: rechargeId,
  /** The revision of its event; negative: it was made in another service. */
  revision: beginning,
  batch_id: batchId,
  /** The order. */
  source_id: sourceId.nullable(),
  points,
  /** All that was ever reversed, also what was owed or is uncollected. */
  reversed: points,
  /** All that was ever reinstated, also what was forgiven or waived. */
  reinstated: points,
  /** Its rows, oldest first: those of other batches only where the order tells them. */
  transactions: z.array(pointTransactionItem),
});

export type RechargeStory = z.infer<typeof rechargeStory>;

/** Why a row is in the statement. */
export const transactionStory = z.object(
  {
    transaction: pointTransactionItem,
    event: storedEvent,
    command: commandName.extend({
      received_at: time(),
      /** What its sender kept with it; null: nothing. */
      metadata: metadata.nullable(),
    }),
    /** null: the row does not belong to a consumption. */
    consumption: consumptionStory.nullable(),
    /** null: the row belongs to no recharge, or to one that the tables don't know. */
    recharge: rechargeStory.nullable(),
    /** The refunds of the consumption, oldest first. */
    refunds: z.array(pointTransactionItem),
    ...optionalParked,
  },
  mustBe('the story of a row'),
);

export type TransactionStory = z.infer<typeof transactionStory>;
