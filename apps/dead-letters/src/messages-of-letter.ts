import { TOPICS } from '#contracts';
import { messagesOfBatch, type IncomingMessage, type OutgoingMessage } from '#kafka';
import { isDeadLetterHeader } from './dead-letter.js';
import type { FoundLetter } from './read-letters.js';

export type LetterMessages =
  | { readonly kind: 'messages'; readonly messages: AsyncIterable<readonly OutgoingMessage[]> }
  | { readonly kind: 'refused'; readonly why: string };

// The reasons of a refusal are part of the `--json` output, so that their wording is published.

/**
 * The original message: its key, its value, and its headers without those that the dead letter added.
 * Only the topic of commands is ever written to, so that a forged letter can't reach another topic.
 */
export function messagesOfLetter(
  { letter, message }: FoundLetter,
  batchBytesMax: number,
): LetterMessages {
  if (letter.topic !== TOPICS.commands) {
    return { kind: 'refused', why: `it does not come from ${TOPICS.commands}` };
  }
  if (letter.leftOut !== null)
    return { kind: 'refused', why: 'the letter does not hold all of it' };
  if (!/^\d+$/.test(letter.partition) || !/^\d+$/.test(letter.offset)) {
    return { kind: 'refused', why: 'its headers do not say where it comes from' };
  }
  if (letter.lastOffset === null)
    return { kind: 'messages', messages: single(originalMessage(message)) };
  return { kind: 'messages', messages: messagesOfStoredBatch({ letter, message }, batchBytesMax) };
}

/** Thrown when a message batch still can't be decoded. */
export class StillUndecodableError extends Error {
  override readonly name = 'StillUndecodable';
}

/** A newer version, or a higher limit, may be able to decode a batch that could not be decoded. */
async function* messagesOfStoredBatch(
  { letter, message }: FoundLetter,
  batchBytesMax: number,
): AsyncGenerator<readonly OutgoingMessage[]> {
  const place = {
    topic: letter.topic,
    partition: Number(letter.partition),
    fetchedOffset: BigInt(letter.offset),
  };
  const limits = { batchBytesMax, batchRecordsMax: Infinity };
  for await (const messages of messagesOfBatch(message.value ?? Buffer.alloc(0), place, limits)) {
    const fault = messages.find((one) => one.fault !== undefined)?.fault;
    if (fault !== undefined) throw new StillUndecodableError(fault.detail);
    yield messages.map(originalMessage);
  }
}

async function* single(message: OutgoingMessage): AsyncGenerator<readonly OutgoingMessage[]> {
  yield [message];
}

function originalMessage({ key, value, headers }: IncomingMessage): OutgoingMessage {
  const own = Object.entries(headers).filter(([name]) => !isDeadLetterHeader(name));
  return { topic: TOPICS.commands, key, value, headers: Object.fromEntries(own) };
}
