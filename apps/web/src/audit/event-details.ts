import { z } from 'zod';
import { SOURCE_TYPES, type StoredEvent } from '#contracts';

// The fields of each type of event besides the common ones. Fields are added over time and never renamed,
// so that only those that the page shows are parsed here.
const integer = z.int();
const instant = z.string().nullable();
const consumption = { consumptionId: z.string(), of: integer.nullable() };
const business = { sourceType: z.enum(SOURCE_TYPES), sourceId: z.string().nullable() };

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
    draws: z.array(z.object({ batchId: integer, points: integer })),
    duration: z.number().nullable(),
    settleBy: instant,
  }),
  z.object({
    type: z.literal('ConsumptionSettled'),
    ...consumption,
    estimated: integer,
    actual: integer,
    duration: z.number().nullable(),
  }),
  z.object({
    type: z.literal('PointsRefunded'),
    ...consumption,
    ...business,
    points: integer,
    returns: z.array(
      z.object({ from: integer, into: integer, points: integer, expiresAt: instant }),
    ),
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
