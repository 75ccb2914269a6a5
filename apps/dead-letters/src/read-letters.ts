import { TOPICS } from '#contracts';
import { readTopic, type IncomingMessage, type KafkaConnection } from '#kafka';
import { matchesFilter, type DeadLetterFilter } from './filter.js';
import { parseDeadLetter, type DeadLetter } from './dead-letter.js';

/** A letter has more headers than its message, and all of them are needed here. */
const LIMITS = { headersMax: 1_000, headerBytesMax: 1024 * 1024 };

export interface FoundLetter {
  readonly letter: DeadLetter;
  readonly message: IncomingMessage;
}

export interface ReadLettersOptions {
  readonly filter: DeadLetterFilter;
  readonly limit?: number;
  readonly onLetters: (letters: readonly FoundLetter[]) => Promise<void>;
  /** The number of letters that were read, selected or not. */
  readonly onRead?: (messages: number) => void;
}

class LimitReachedError extends Error {}

/** Reads the letters that the topic has now, in order and in batches. It commits nothing. */
export async function readLetters(
  connection: KafkaConnection,
  { filter, limit = Infinity, onLetters, onRead }: ReadLettersOptions,
): Promise<void> {
  let left = limit;
  const onMessages = async (messages: readonly IncomingMessage[]): Promise<void> => {
    const found = messages
      .map((message) => ({ letter: parseDeadLetter(message), message }))
      .filter(({ letter }) => matchesFilter(letter, filter))
      .slice(0, left);
    left -= found.length;
    if (found.length > 0) await onLetters(found);
    onRead?.(messages.length);
    if (left <= 0) throw new LimitReachedError();
  };
  try {
    await readTopic(connection, {
      topic: TOPICS.dead,
      limits: LIMITS,
      groupPrefix: 'points-ledger-dead-letters',
      onMessages,
    });
  } catch (error) {
    if (!(error instanceof LimitReachedError)) throw error;
  }
}
