import { DEAD_LETTER_HEADERS } from '#contracts';
import type { HeaderValue, IncomingMessage } from '#kafka';

/** The headers of a dead letter, parsed. */
export interface DeadLetter {
  /** Its position in the topic of dead letters: `<partition>/<offset>`. */
  readonly id: string;
  /** The time at which it was written to the topic. */
  readonly buriedAt: string;
  readonly reason: string;
  readonly detail: string;
  /** The origin of the message. */
  readonly topic: string;
  readonly partition: string;
  readonly offset: string;
  /** The last offset of the batch, when the letter contains a whole message batch. */
  readonly lastOffset: string | null;
  /** The part of the message that the letter does not contain, or null when it is complete. */
  readonly leftOut: string | null;
  /** The key of the message, which is the user of a valid command. */
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

/** The first value of a header that occurs several times. */
function firstValueOf(value: HeaderValue | undefined): string | null {
  const [first] = Array.isArray(value) ? (value as readonly (Buffer | string)[]) : [value];
  return first === undefined ? null : String(first);
}
