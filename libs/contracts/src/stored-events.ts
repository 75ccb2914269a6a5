import { z } from 'zod';
import { balance, mustBe, oneOf, revision, text, time, token, wholeNumber } from './fields.js';
import { optionalParked } from './parked.js';
import { COMMAND_TYPES } from './protocol-names.js';
import { ID_MAX, type ImportEventType } from '#ledger';

/** What an import does to an account is named as a command is, by the type of its event. */
const IMPORT_TYPES = [
  'AccountImported',
  'LegacyRowsImported',
  'AccountOpened',
  'AccountHandedBack',
] as const satisfies readonly ImportEventType[];

/** The command that caused an event, as its sender named it. */
export const commandName = z.object({
  source: text(ID_MAX),
  id: text(ID_MAX),
  type: oneOf([...COMMAND_TYPES, ...IMPORT_TYPES]),
});

const owed = wholeNumber(0, Number.MAX_SAFE_INTEGER);

/** An event as it is stored. Its `type` determines the fields beyond those that all events have. */
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
      /** What the account owes after the event; absent: it was decided by rules 1, which know no debts. */
      owedAfter: owed.optional(),
    }),
    meta: z.looseObject({
      command: commandName,
      /** Fingerprint of the policy under which it was decided; absent by rules 2, which name the settings. */
      policy: z.string(mustBe('text')).optional(),
      /** The version of the settings under which it was decided, and its rules; absent: there were none. */
      settings: z.int(mustBe('a version of the settings')).optional(),
      rules: z.int(mustBe('the number of rules')).optional(),
      /** What the digest of the command covers, with the first event that was recorded for it. */
      data: z.looseObject({}).optional(),
      correlation: z.string(mustBe('text')),
      /** The version of the form: 1 by rules 1, 2 by rules 2. */
      v: z.int(mustBe('a version of the form')).optional(),
    }),
    /** The hash of the account's chain, in lower-case hex. */
    hash: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits'),
  },
  mustBe('a stored event'),
);

export type StoredEvent = z.infer<typeof storedEvent>;

export const eventsPage = z.object(
  {
    items: z.array(storedEvent),
    /** The parameter `after` of the next page; null: this is the last page. */
    next_after: revision.nullable(),
    ...optionalParked,
  },
  mustBe('a page of events'),
);

export type EventsPage = z.infer<typeof eventsPage>;
