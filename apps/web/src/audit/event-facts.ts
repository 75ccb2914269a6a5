import { z } from 'zod';
import { SOURCE_TYPES, type StoredEvent } from '#contracts';

// What is behind the fields that all events have. Fields are added over the years, never renamed:
// only what the page shows is asked for here.
const whole = z.int();
const instant = z.string().nullable();
const consumption = { consumptionId: z.string(), of: whole.nullable() };
const business = { sourceType: z.enum(SOURCE_TYPES), sourceId: z.string().nullable() };

const facts = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('PointsRecharged'),
    batchId: whole,
    points: whole,
    expiresAt: instant,
    priority: whole,
    sourceId: z.string().nullable(),
  }),
  z.object({
    type: z.literal('PointsConsumed'),
    ...consumption,
    ...business,
    points: whole,
    draws: z.array(z.object({ batchId: whole, points: whole })),
    duration: z.number().nullable(),
    settleBy: instant,
  }),
  z.object({
    type: z.literal('ConsumptionSettled'),
    ...consumption,
    estimated: whole,
    actual: whole,
    duration: z.number().nullable(),
  }),
  z.object({
    type: z.literal('PointsRefunded'),
    ...consumption,
    ...business,
    points: whole,
    returns: z.array(z.object({ from: whole, into: whole, points: whole, expiresAt: instant })),
    cause: z.enum(['cancelled', 'overestimated', 'timed_out', 'refunded']),
    reason: z.string().nullable(),
  }),
  z.object({
    type: z.literal('PointsExpired'),
    batchId: whole,
    points: whole,
    expiredAt: z.string(),
  }),
  z.object({
    type: z.literal('CommandRefused'),
    commandType: z.string(),
    code: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
]);

export type EventFacts = z.infer<typeof facts>;

/** null: an event of a kind that this page does not know; it is shown as it is stored. */
export function factsOf({ type, data }: StoredEvent): EventFacts | null {
  const parsed = facts.safeParse({ ...data, type });
  return parsed.success ? parsed.data : null;
}
