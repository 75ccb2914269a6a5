import { csvRow } from '#contracts/csv';
import { accountStream, userOfStream } from '#identity';
import { UnreadableEvent, deserializeEvent } from '#ledger';
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
  const { event, provenance } = decode(stored);
  if (!isInRange(range, event.at)) return '';
  const { position, revision, id, type, data, meta, hash } = stored;
  const user = userOfStream(stored.stream);
  if (format === 'jsonl') {
    const parsed = { data: JSON.parse(data) as unknown, meta: JSON.parse(meta) as unknown };
    const { at } = event;
    return `${JSON.stringify({ position, user_id: user, revision, id, type, at, ...parsed, hash })}\n`;
  }
  const { type: commandType, source, id: commandId } = provenance.command;
  const command = [commandType, source, commandId];
  const columns = [event.at, event.balanceAfter, ...command, data, meta, hash];
  return csvRow([position, user, revision, id, type, ...columns]);
}

/** An export that left out an event would look whole, so it ends at the first one that can't be read. */
function decode(stored: StoredEvent): ReturnType<typeof deserializeEvent> {
  try {
    return deserializeEvent(stored);
  } catch (cause) {
    if (!(cause instanceof UnreadableEvent)) throw cause;
    const at = `${stored.stream} revision ${stored.revision}`;
    throw new CannotCheckError(`${at}: ${cause.message}: verify the events first`, { cause });
  }
}
