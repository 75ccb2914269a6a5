import { csvRow } from '#contracts/csv';
import { accountStream, userOfStream } from '#identity';
import {
  SETTINGS_STREAM,
  TAKE_OVER_STREAM,
  UnreadableEvent,
  deserializeEvent,
  parseSettings,
  parseTakeOver,
} from '#ledger';
import { CannotCheckError } from '../store/errors.js';
import type { EventSource, OnDamage, StoredEvent } from '../store/event-source.js';

export type ExportFormat = 'jsonl' | 'csv';

/** `from` is inclusive, `to` is exclusive. */
export interface TimeRange {
  readonly from?: string;
  readonly to?: string;
}

const EVENT_COLUMNS = [
  'position',
  'user_id',
  'revision',
  'event_id',
  'type',
  'at',
  'balance_after',
  'command_type',
  'command_source',
  'command_id',
  'data',
  'meta',
  'hash',
] as const;

/** Exports the stored events in order, of one user or (null) of all. */
export async function* exportEvents(
  source: EventSource,
  user: string | null,
  range: TimeRange,
  format: ExportFormat,
  onDamage?: OnDamage,
): AsyncGenerator<string, void, undefined> {
  if (format === 'csv') yield csvRow(EVENT_COLUMNS);
  const { last } = await source.end();
  if (last === null) return;
  const pages =
    user === null
      ? source.allEvents(last, onDamage)
      : source.streamEvents(accountStream(user), last);
  for await (const page of pages) {
    const lines = page.map((stored) => eventLine(stored, range, format));
    yield lines.join('');
  }
}

export const isInRange = ({ from, to }: TimeRange, at: string): boolean =>
  (from === undefined || at >= from) && (to === undefined || at < to);

function eventLine(stored: StoredEvent, range: TimeRange, format: ExportFormat): string {
  const { at, columns } = describe(stored);
  if (!isInRange(range, at)) return '';
  const { position, revision, id, type, data, meta, hash } = stored;
  const user = userOfStream(stored.stream);
  if (format === 'jsonl') {
    const parsed = { data: JSON.parse(data) as unknown, meta: JSON.parse(meta) as unknown };
    return `${JSON.stringify({ position, user_id: user, revision, id, type, at, ...parsed, hash })}\n`;
  }
  return csvRow([position, user, revision, id, type, at, ...columns, data, meta, hash]);
}

/** What the columns of an event have that is not stored in a column. */
interface Described {
  readonly at: string;
  /** Balance, and type, source and id of the command. */
  readonly columns: readonly (string | number | null)[];
}

function describe(stored: StoredEvent): Described {
  if (stored.stream === SETTINGS_STREAM) return ofAll(stored, parseSettings);
  if (stored.stream === TAKE_OVER_STREAM) return ofAll(stored, parseTakeOver);
  return ofEvent(stored);
}

function ofEvent(stored: StoredEvent): Described {
  const { event, provenance } = decode(stored, deserializeEvent);
  const { type, source, id } = provenance.command;
  return { at: event.at, columns: [event.balanceAfter, type, source, id] };
}

/** What holds for all accounts has no user, no balance and no command. */
function ofAll(stored: StoredEvent, parse: (stored: StoredEvent) => unknown): Described {
  decode(stored, parse);
  const { at } = JSON.parse(stored.data) as { readonly at: string };
  return { at, columns: [null, null, null, null] };
}

/** An export that left out an event would look whole, so it ends at the first one that can't be read. */
function decode<Event>(stored: StoredEvent, parse: (stored: StoredEvent) => Event): Event {
  try {
    return parse(stored);
  } catch (cause) {
    if (!(cause instanceof UnreadableEvent)) throw cause;
    const at = `${stored.stream} revision ${stored.revision}`;
    throw new CannotCheckError(`${at}: ${cause.message}: verify the events first`, { cause });
  }
}
