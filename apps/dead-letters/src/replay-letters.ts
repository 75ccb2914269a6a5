import {
  MalformedRecordsError,
  isMessageTooLarge,
  type KafkaConnection,
  type OutcomeProducer,
  type OutgoingMessage,
} from '#kafka';
import { readLetters, type FoundLetter, type ReadLettersOptions } from './read-letters.js';
import { StillUndecodableError, messagesOfLetter } from './messages-of-letter.js';

export interface ReplayCounts {
  read: number;
  letters: number;
  messages: number;
  refused: number;
}

export interface ReplayOptions {
  readonly connection: KafkaConnection;
  /** Null in a dry run, when nothing is published. */
  readonly producer: Pick<OutcomeProducer, 'send'> | null;
  readonly reading: Pick<ReadLettersOptions, 'filter' | 'limit'>;
  readonly batchBytesMax: number;
  readonly counts: ReplayCounts;
  /** Reports the result of each letter. */
  readonly report: (letter: string, why: string | null, messages: number) => Promise<void>;
}

/** Publishes one letter after the other, so that the commands of a user keep their order. */
export async function replayLetters(replaying: ReplayOptions): Promise<void> {
  const { connection, reading, counts: tally } = replaying;
  await readLetters(connection, {
    ...reading,
    onLetters: async (letters) => {
      for (const letter of letters) await replayOne(replaying, letter);
    },
    onRead: (messages) => (tally.read += messages),
  });
}

async function replayOne(
  { producer, batchBytesMax, counts: tally, report: tell }: ReplayOptions,
  found: FoundLetter,
): Promise<void> {
  const { id } = found.letter;
  const replay = messagesOfLetter(found, batchBytesMax);
  if (replay.kind === 'refused') {
    tally.refused++;
    return tell(id, replay.why, 0);
  }
  let messages = 0;
  let tooLarge = 0;
  try {
    for await (const some of replay.messages) {
      const sent = producer === null ? some.length : await sendAll(producer, some);
      tooLarge += some.length - sent;
      messages += sent;
      tally.messages += sent;
    }
  } catch (error) {
    if (!(error instanceof StillUndecodableError || error instanceof MalformedRecordsError))
      throw error;
    tally.refused++;
    return tell(id, `it still can't be decoded: ${error.message}`, messages);
  }
  if (tooLarge > 0) {
    tally.refused++;
    return tell(id, `${tooLarge} of its messages are too large for the topic`, messages);
  }
  tally.letters++;
  return tell(id, null, messages);
}

/** Returns how many messages the topic accepted, because one that was compressed may be too large alone. */
async function sendAll(
  producer: Pick<OutcomeProducer, 'send'>,
  messages: readonly OutgoingMessage[],
): Promise<number> {
  try {
    await producer.send(messages);
    return messages.length;
  } catch (error) {
    if (!isMessageTooLarge(error)) throw error;
    if (messages.length === 1) return 0;
  }
  let sent = 0;
  for (const message of messages) sent += await sendAll(producer, [message]);
  return sent;
}
