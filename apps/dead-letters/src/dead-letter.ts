import { DEAD_LETTER_HEADERS } from '#contracts';
import type { HeaderValue, IncomingMessage } from '#kafka';

/** What the headers of a dead letter say, in words and numbers. */
export interface DeadLetter {
  /** Its own place in the topic of dead letters: `<partition>/<offset>`. */
  readonly id: string;
  /** When it was buried. */
  readonly buriedAt: string;
  readonly reason: string;
  readonly detail: string;
  /** Where the message came from. */
  readonly topic: string;
  readonly partition: string;
  readonly offset: string;
  /** Of a whole message batch: its last offset. */
  readonly lastOffset: string | null;
  /** What of it is not in the letter; null: all is. */
  readonly leftOut: string | null;
  /** The record's key: of a good command it is the user. */
  readonly key: string | null;
  readonly commandId: string | null;
  readonly source: string | null;
}

const DEAD_NAMES: ReadonlySet<string> = new Set(Object.values(DEAD_LETTER_HEADERS));

export const isDeadLetterHeader = (name: string): boolean => DEAD_NAMES.has(name);

export function parseDeadLetter(message: IncomingMessage): DeadLetter {
  const header = (name: string): string | null => firstValueOf(message.headers[name]);
  return {
    id: `${message.partition}/${message.offset}`,
    buriedAt: new Date(message.timestampMs).toISOString(),
    reason: header(DEAD_LETTER_HEADERS.reason) ?? '',
    detail: header(DEAD_LETTER_HEADERS.detail) ?? '',
    topic: header(DEAD_LETTER_HEADERS.topic) ?? '',
    partition: header(DEAD_LETTER_HEADERS.partition) ?? '',
    offset: header(DEAD_LETTER_HEADERS.offset) ?? '',
    lastOffset: header(DEAD_LETTER_HEADERS.lastOffset),
    leftOut: header(DEAD_LETTER_HEADERS.leftOut),
    key: message.key?.toString('utf8') ?? null,
    commandId: header('ce_id'),
    source: header('ce_source'),
  };
}

/** The first one, where a name came several times. */
function firstValueOf(value: HeaderValue | undefined): string | null {
  const [first] = Array.isArray(value) ? (value as readonly (Buffer | string)[]) : [value];
  return first === undefined ? null : String(first);
}
