import { z } from 'zod';
import { balance, oneOf, mustBe, revision, text, time, token } from './fields.js';
import { optionalParked } from './parked.js';
import { COMMAND_TYPES } from './wire-names.js';
import { ID_MAX } from '#ledger';

/** The command behind an event, in its sender's own words. */
export const commandName = z.object({
  source: text(ID_MAX),
  id: text(ID_MAX),
  type: oneOf(COMMAND_TYPES),
});

/** An event as it is stored. What is behind the fields that all events have is told by its `type`. */
export const storedEvent = z.object(
  {
    revision,
    position: token,
    id: z.guid(mustBe('a UUID')),
    type: z.string(mustBe('text')),
    at: time(),
    data: z.looseObject({
      at: time(),
      receivedAt: time(),
      commandId: z.guid(mustBe('a UUID')),
      digest: z.string(mustBe('text')),
      balanceAfter: balance,
    }),
    meta: z.looseObject({
      command: commandName,
      /** Fingerprint of the policy it was decided under. */
      policy: z.string(mustBe('text')),
      correlation: z.string(mustBe('text')),
    }),
    /** Of the account's chain, in lower-case hex. */
    hash: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits'),
  },
  mustBe('a stored event'),
);

export type StoredEvent = z.infer<typeof storedEvent>;

export const eventsPage = z.object(
  {
    items: z.array(storedEvent),
    /** For `after` of the next page; null: there are no more. */
    next_after: revision.nullable(),
    ...optionalParked,
  },
  mustBe('a page of events'),
);

export type EventsPage = z.infer<typeof eventsPage>;
