import { z } from 'zod';
import { TRANSACTION_TYPES } from './mapping/mapping-schema.js';

// What a comparison of both sides found, as it is printed for programs and as it is signed. A format that was
// signed never changes: another one gets another name.

export const COMPARISON_FORMAT = 'points-ledger comparison v1';

const whole = z.int();

/** There, and here as of the opening: both must be the same. `since`: what moved here from then on. */
const sides = <Value extends z.ZodType>(value: Value) =>
  z.strictObject({ there: value, here: value, since: value });

const total = z.strictObject({ rows: whole, points: whole });

/** Of accounts that are not opened here, nothing but the old table tells. */
const points = z.strictObject({ there: whole, here: whole, since: whole, notOpened: whole });

const difference = z.strictObject({
  user: z.string(),
  what: z.string(),
  there: z.union([z.string(), whole]),
  here: z.union([z.string(), whole]),
});

export const COMPARISON_SCHEMA = z.strictObject({
  ok: z.boolean(),
  importId: z.string(),
  mapDigest: z.string(),
  from: z.string(),
  by: z.string(),
  /** The moment at which the old tables were read, by their own clock. */
  at: z.string(),
  /** Where the ledger was then; null: it had no events. */
  position: z.string().nullable(),
  accounts: whole,
  imported: whole,
  opened: whole,
  /** They are not compared: the old service goes on with them. */
  handedBack: z.strictObject({ accounts: whole, points: whole }),
  /** Not opened: something needs a decision. */
  undecided: z.strictObject({ accounts: whole, points: whole }),
  rows: sides(whole),
  types: z.record(z.enum(TRANSACTION_TYPES), sides(total)),
  balance: points,
  held: sides(whole),
  open: sides(whole),
  /** What is owed here now. The old service knows no debts. */
  owed: whole,
  /** Where batches were believed and not the last balance: what openings added and took. */
  adjusted: z.strictObject({ accounts: whole, added: whole, taken: whole }),
  /** Points that are left in batches, by the month (2027-01, in UTC) of their expiry, or `never`. */
  expiring: z.record(z.string(), points),
  /** SHA-256 of the file that has both sides of each account; null: none was written. */
  accountsDigest: z.string().nullable(),
  count: whole,
  /** The first ones. */
  differences: z.array(difference),
});

export type ComparisonReport = z.output<typeof COMPARISON_SCHEMA>;
export type ComparedTypes = ComparisonReport['types'];
export type ComparedPoints = ComparisonReport['balance'];
export type Difference = ComparisonReport['differences'][number];
