import { z } from 'zod';
import {
  balance,
  batchId,
  beginning,
  businessCode,
  consumptionId,
  flag,
  mustBe,
  revision,
  sourceId,
  time,
  token,
  userId,
  wholeNumber,
} from './fields.js';
import { optionalParked } from './parked.js';
import { PRIORITY_MAX } from '#ledger';
import { draw } from './story.js';

// What an account has, now or at a time in the past.
const points = wholeNumber(0, Number.MAX_SAFE_INTEGER);
const priority = wholeNumber(0, PRIORITY_MAX);
const count = wholeNumber(0, Number.MAX_SAFE_INTEGER);

export const accountBalance = z.object(
  {
    user_id: userId,
    balance,
    /** Points in open pre-deductions. */
    held: balance,
    /** Debts that are not paid yet; the balance is 0 then. */
    owed: balance,
    /** The position up to which events are included; null: there are none. */
    position: token.nullable(),
    at: time(),
    ...optionalParked,
  },
  mustBe('a balance'),
);

export type AccountBalance = z.infer<typeof accountBalance>;

/** The account has reached that revision, whether or not its event made a row. */
export const accountMoved = z.object({ revision }, mustBe('where an account has come to'));

export type AccountMoved = z.infer<typeof accountMoved>;

export const pointBatch = z.object({
  batch_id: batchId,
  /** All points that ever came into the batch from outside. */
  points,
  remaining: points,
  priority,
  /** null: the batch never expires. */
  expires_at: time().nullable(),
  created_at: time(),
});

export type PointBatch = z.infer<typeof pointBatch>;

/** The batches with points left, in the order in which they will be drawn. */
export const accountBatches = z.object(
  { items: z.array(pointBatch), ...optionalParked },
  mustBe('a list of batches'),
);

export type AccountBatches = z.infer<typeof accountBatches>;

/** What the next command would be decided on, after the event of that revision. */
export const accountState = z.object(
  {
    user_id: userId,
    /** null: the account has no events yet. */
    revision: revision.nullable(),
    at: time().nullable(),
    balance,
    held: balance,
    owed: balance,
    /** The batches with points left, in the order in which they will be drawn. */
    batches: z.array(
      z.object({
        batch_id: batchId,
        remaining: points,
        priority,
        expires_at: time().nullable(),
        grace: flag,
      }),
    ),
    /** Open pre-deductions, in the order in which they will time out. */
    open_consumptions: z.array(
      z.object({
        consumption_id: consumptionId,
        revision: beginning,
        source_type: businessCode,
        source_id: sourceId.nullable(),
        estimate: points,
        settle_by: time(),
        draws: z.array(draw),
      }),
    ),
    remembered_commands: count,
    remembered_consumptions: count,
    ...optionalParked,
  },
  mustBe('the state of an account'),
);

export type AccountState = z.infer<typeof accountState>;
