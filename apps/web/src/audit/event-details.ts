import { z } from 'zod';
import type { StoredEvent } from '#contracts';

// The fields of each type of event besides the common ones. Fields are added over time and never renamed,
// so that only those that the page shows are parsed here.
const integer = z.int();
const instant = z.string().nullable();
const consumption = { consumptionId: z.string(), of: integer.nullable() };
const business = { sourceType: z.string(), sourceId: z.string().nullable() };
const slices = z.array(
  z.object({ from: integer, into: integer, points: integer, expiresAt: instant }),
);
const draws = z.array(z.object({ batchId: integer, points: integer }));
/** Only counted. */
const listed = z.array(z.unknown()).transform(({ length }) => length);
const recharge = { rechargeId: z.string(), of: integer, sourceId: z.string().nullable() };
/** What a debt arose from. */
const debt = {
  consumptionId: z.string().nullable(),
  of: integer,
  rechargeId: z.string().nullable(),
  sourceType: z.string().nullable(),
  sourceId: z.string().nullable(),
  points: integer,
};

const eventDetails = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('PointsRecharged'),
    batchId: integer,
    points: integer,
    expiresAt: instant,
    priority: integer,
    sourceId: z.string().nullable(),
  }),
  z.object({
    type: z.literal('PointsConsumed'),
    ...consumption,
    ...business,
    points: integer,
    draws,
    duration: z.number().nullable(),
    settleBy: instant,
    // An event of rules 1 has none of these.
    quantity: z.number().nullable().default(null),
    priced: z.boolean().default(false),
  }),
  z.object({
    type: z.literal('ConsumptionExtended'),
    ...consumption,
    settleBy: z.string(),
    estimated: integer,
    quantity: z.number().nullable(),
  }),
  z.object({
    type: z.literal('ConsumptionSettled'),
    ...consumption,
    estimated: integer,
    actual: integer,
    duration: z.number().nullable(),
    owed: integer.default(0),
    uncollected: integer.default(0),
    cause: z.enum(['settled', 'timed_out']).default('settled'),
  }),
  z.object({
    type: z.literal('PointsRefunded'),
    ...consumption,
    ...business,
    points: integer,
    returns: slices,
    cause: z.enum(['cancelled', 'overestimated', 'timed_out', 'refunded']),
    reason: z.string().nullable(),
  }),
  z.object({
    type: z.literal('PointsExpired'),
    batchId: integer,
    points: integer,
    expiredAt: z.string(),
  }),
  z.object({
    type: z.literal('RechargeReversed'),
    ...recharge,
    batchId: integer,
    points: integer,
    owed: integer,
    uncollected: integer,
    cause: z.enum(['payment_refunded', 'chargeback', 'mistake']),
    reason: z.string().nullable(),
  }),
  z.object({
    type: z.literal('RechargeReinstated'),
    ...recharge,
    points: integer,
    forgiven: integer,
    waived: integer,
    returns: slices,
    reason: z.string().nullable(),
  }),
  z.object({ type: z.literal('DebtCollected'), ...debt, draws }),
  z.object({
    type: z.literal('DebtForgiven'),
    ...debt,
    cause: z.enum(['refunded', 'reinstated']),
    reason: z.string().nullable(),
  }),
  z.object({ type: z.literal('AccountImported'), importId: z.string(), from: z.string() }),
  z.object({
    type: z.literal('LegacyRowsImported'),
    importId: z.string(),
    rows: listed,
    gone: listed,
  }),
  z.object({
    type: z.literal('AccountOpened'),
    importId: z.string(),
    balance: integer,
    batches: listed,
    closed: listed,
    open: listed,
    adjusted: z
      .object({
        row: z
          .object({ type: z.enum(['recharge', 'expire']), amount: integer, before: integer })
          .nullable(),
      })
      .nullable(),
  }),
  z.object({
    type: z.literal('AccountHandedBack'),
    importId: z.string(),
    balance: integer,
    held: integer,
    owed: integer,
  }),
  z.object({
    type: z.literal('CommandRefused'),
    commandType: z.string(),
    code: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
]);

export type EventDetails = z.infer<typeof eventDetails>;

/** Returns null for an event type that this page does not know; it is shown as it is stored. */
export function parseEventDetails({ type, data }: StoredEvent): EventDetails | null {
  const parsed = eventDetails.safeParse({ ...data, type });
  return parsed.success ? parsed.data : null;
}
