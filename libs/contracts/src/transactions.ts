import { z } from 'zod';
import { BALANCE_MAX } from '#ledger';
import {
  balance,
  batchId,
  oneOf,
  mustBe,
  sourceId,
  text,
  time,
  token,
  userId,
  wholeNumber,
} from './fields.js';
import { optionalParked } from './parked.js';

export const TRANSACTION_TYPES = ['recharge', 'consume', 'expire', 'refund'] as const;

export type TransactionType = (typeof TRANSACTION_TYPES)[number];

export const rowId = wholeNumber(1, Number.MAX_SAFE_INTEGER);

/**
 * What names a row for ever: the revision of its event, and which of its lines. No reader takes it
 * for a number, which would make `17` of `17.0`: that may be the id of another row.
 */
export const rowRef = z
  .string(mustBe('the row_ref of a row'))
  .regex(/^r\d{1,15}\.\d{1,9}$/, 'must be the row_ref of a row');

/** The columns of `mjk_point_transactions`: views, queries, items and exports are derived from them. */
const transactionColumns = {
  /** Of today: accounts that are folded anew, and rebuilds after that, give other ids. */
  id: rowId,
  user_id: userId,
  type: oneOf(TRANSACTION_TYPES),
  /** Always positive; `type` says whether points were added or removed. */
  amount: wholeNumber(1, BALANCE_MAX),
  balance_before: balance,
  balance_after: balance,
  /** The code of a business; of another service, whatever it said. */
  source_type: text(32).nullable(),
  source_id: sourceId.nullable(),
  batch_id: batchId.nullable(),
  /** Seconds. */
  duration: z.number(mustBe('a number, or null')).nullable(),
  description: z.string(mustBe('text, or null')).nullable(),
  created_at: time(),
  updated_at: time(),
};

export const TRANSACTION_COLUMNS = Object.keys(
  transactionColumns,
) as readonly (keyof typeof transactionColumns)[];

/** One row of the statement. */
export const pointTransactionItem = z.object(
  { ...transactionColumns, row_ref: rowRef },
  mustBe('a row of the statement'),
);

export type PointTransactionItem = z.infer<typeof pointTransactionItem>;

/** The fields in the order in which lists and exports show them. */
export const TRANSACTION_FIELDS = Object.keys(
  pointTransactionItem.shape,
) as readonly (keyof PointTransactionItem)[];

/** Newest first. */
export const transactionsPage = z.object(
  {
    items: z.array(pointTransactionItem),
    /** null: there are no older rows. */
    next_cursor: token.nullable(),
    ...optionalParked,
  },
  mustBe('a page of the statement'),
);

export type TransactionsPage = z.infer<typeof transactionsPage>;
