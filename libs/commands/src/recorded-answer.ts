import { parseCommandData } from '#contracts';
import type { Position, RecordedEvent } from '#event-store';
import {
  subjectOf,
  deserializeEvent,
  recordedAnswer,
  type Answer,
  type CommandSubject,
  type CommandType,
  type LedgerEvent,
  type NonEmpty,
  type Provenance,
} from '#ledger';
import { AccountDamaged } from './errors.js';
import { toLedgerCommand } from './to-ledger-command.js';

/** The answer that an account remembers for a command, and what the command was. */
export interface FoundAnswer {
  readonly command: NamedCommand & { readonly userId: string };
  readonly answer: Answer;
  /** A reader that has reached it has read all that was recorded for the command. */
  readonly position: Position;
}

/** As its sender named it. */
interface NamedCommand {
  readonly source: string;
  readonly id: string;
  readonly type: CommandType;
}

type ReadEvents = (from: number, limit: number) => Promise<readonly RecordedEvent[]>;

const PAGE_EVENTS_MAX = 100;
/** Every field of rules 1 has the same meaning in the form of rules 2. */
const FORM = 2;

/** Reads the answer from the events of a command, of which the first one has that revision. */
export async function readRecordedAnswer(
  userId: string,
  revision: number,
  read: ReadEvents,
): Promise<FoundAnswer> {
  const { events, provenance, last } = await readEvents(revision, read);
  const answer = recordedAnswer(commandOf(events, provenance), events, revision);
  return {
    command: { ...namedCommand(provenance), userId },
    answer: { ...answer, replayed: true },
    position: last.position,
  };
}

interface CommandEvents {
  readonly events: NonEmpty<LedgerEvent>;
  /** Of the first one. */
  readonly provenance: Provenance;
  readonly last: RecordedEvent;
}

async function readEvents(revision: number, read: ReadEvents): Promise<CommandEvents> {
  let page = await read(revision, PAGE_EVENTS_MAX);
  let [last] = page;
  if (last === undefined) throw new Error(`a bug: nothing is recorded at revision ${revision}`);
  const { event: first, provenance } = decode(last);
  const events: [LedgerEvent, ...LedgerEvent[]] = [first];
  for (;;) {
    for (const recorded of page) {
      if (recorded.revision === revision) continue;
      const { event } = decode(recorded);
      if (event.commandId !== first.commandId) return { events, provenance, last };
      events.push(event);
      last = recorded;
    }
    if (page.length < PAGE_EVENTS_MAX) return { events, provenance, last };
    page = await read(last.revision + 1, PAGE_EVENTS_MAX);
  }
}

function decode(recorded: RecordedEvent): ReturnType<typeof deserializeEvent> {
  try {
    return deserializeEvent(recorded);
  } catch (cause) {
    const { stream, revision } = recorded;
    throw new AccountDamaged(stream, revision, 'its event cannot be read', { cause });
  }
}

/** What a take-over recorded was no command, and no account remembers it. */
const namedCommand = ({ command: { source, id, type } }: Provenance): NamedCommand => ({
  source,
  id,
  type: type as CommandType,
});

/** From what its sender told, which stands with the first event that was recorded for it. */
function commandOf(events: NonEmpty<LedgerEvent>, provenance: Provenance): CommandSubject {
  const { data } = provenance;
  const { type, source, id } = namedCommand(provenance);
  // A digest covers no field that is null, and of a recharge this one must be told.
  const told = { ...(type === 'RechargePoints' && { expires_at: null }), ...data };
  const parsed = data === undefined ? null : parseCommandData(type, told, FORM);
  if (parsed?.ok !== true) return commandOfEvents(type, events);
  const sent = toLedgerCommand({ ...parsed.value, source, id }, events[0].receivedAt);
  return subjectOf(sent, events);
}

/** What was recorded before commands were kept with their events shows its ids in the events alone. */
function commandOfEvents(
  type: CommandSubject['type'],
  events: NonEmpty<LedgerEvent>,
): CommandSubject {
  const last = events.at(-1) ?? events[0];
  const refusedId = last.type === 'CommandRefused' ? last.details['consumptionId'] : undefined;
  const consumptionId = 'consumptionId' in last ? last.consumptionId : refusedId;
  const isAboutConsumption = type !== 'RechargePoints' && type !== 'ExpirePoints';
  return {
    type,
    consumptionId: isAboutConsumption && consumptionId !== undefined ? String(consumptionId) : null,
    rechargeId: 'rechargeId' in last ? last.rechargeId : null,
  };
}
