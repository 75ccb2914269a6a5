import { TOPICS } from '#contracts';
import { readTopic, type IncomingMessage, type KafkaConnection } from '#kafka';
import { isMeant, type Filter } from './filter.js';
import { letterOf, type Letter } from './dead-letter.js';

/** A letter has the headers of its message and more; nothing of it may be left out here. */
const LIMITS = { headersMax: 1_000, headerBytesMax: 1024 * 1024 };

export interface FoundLetter {
  readonly letter: Letter;
  readonly message: IncomingMessage;
}

export interface Reading {
  readonly filter: Filter;
  readonly limit?: number;
  readonly onLetters: (letters: readonly FoundLetter[]) => Promise<void>;
  /** All that were looked at, meant or not. */
  readonly onRead?: (messages: number) => void;
}

class EnoughFound extends Error {}

/** What is there now, in its order, some at a time. Commits nothing and keeps nothing. */
export async function readLetters(
  connection: KafkaConnection,
  { filter, limit = Infinity, onLetters, onRead }: Reading,
): Promise<void> {
  let left = limit;
  const onMessages = async (messages: readonly IncomingMessage[]): Promise<void> => {
    const found = messages
      .map((message) => ({ letter: letterOf(message), message }))
      .filter(({ letter }) => isMeant(letter, filter))
      .slice(0, left);
    left -= found.length;
    if (found.length > 0) await onLetters(found);
    onRead?.(messages.length);
    if (left <= 0) throw new EnoughFound();
  };
  try {
    await readTopic(connection, {
      topic: TOPICS.dead,
      limits: LIMITS,
      groupPrefix: 'points-ledger-dead-letters',
      onMessages,
    });
  } catch (error) {
    if (!(error instanceof EnoughFound)) throw error;
  }
}
