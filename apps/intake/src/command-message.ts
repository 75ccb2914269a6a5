import {
  inWords,
  instantAt,
  parseCommandMessage,
  toInvalidOutcome,
  type CommandOutcome,
  type DeadReason,
  type Sender,
} from '#contracts';
import { commandUuid, digestOfBytes, outcomeId, toLedgerCommand } from '#contracts/identity';
import type { Origin } from '#commands';
import type { IncomingMessage } from '#kafka';
import type { LedgerCommand } from '#ledger';
import { DETAIL_CHARACTERS_MAX } from './dead-letter.js';

/** One fast clock must not poison accounts: `at` never runs backwards. */
export const CLOCK_AHEAD_MS_MAX = 5 * 60_000;

/** Kafka writes -1 where nobody said when. A time before 1970 would be as wrong. */
const NO_TIMESTAMP = 'timestamp must be the time at which the broker took the record: it has none';

/** What a message turned out to be. */
export type CommandMessage =
  | { readonly kind: 'command'; readonly command: LedgerCommand; readonly origin: Origin }
  | {
      readonly kind: 'dead';
      readonly reason: DeadReason;
      readonly detail: string;
      /** For the sender, where that much of the message is good. */
      readonly outcome: { readonly body: CommandOutcome; readonly id: string } | null;
      readonly traceparent: string | null;
    };

/** Bytes become a typed command, or a dead letter. Nothing makes it throw. */
export function readCommandMessage(message: IncomingMessage, nowMs: number): CommandMessage {
  if (message.fault !== undefined) {
    const reason = message.fault.kind === 'undecodable' ? 'Undecodable' : 'Invalid';
    return dead(message, reason, message.fault.detail, null);
  }
  const parsed = parseCommandMessage(message);
  if (!parsed.ok) return dead(message, 'Invalid', inWords(parsed.faults), parsed.sender);
  const { source, id, type, data, traceparent } = parsed.value;
  const sender = { source, id, type, userId: data.user_id, traceparent };
  const { timestampMs } = message;
  const at = timestampMs < 0 ? null : instantAt(timestampMs);
  if (timestampMs > nowMs + CLOCK_AHEAD_MS_MAX) {
    const stamp = at ?? `${timestampMs} ms after 1970`;
    const detail = `the record is stamped ${stamp}, more than five minutes ahead of the ledger's clock`;
    return dead(message, 'ClockAhead', detail, sender);
  }
  if (at === null) return dead(message, 'Invalid', NO_TIMESTAMP, sender);
  const command = toLedgerCommand(parsed.value, at);
  return { kind: 'command', command, origin: originOf(message, command, traceparent) };
}

function originOf(
  { topic, partition, offset }: IncomingMessage,
  command: LedgerCommand,
  traceparent: string | null,
): Origin {
  return {
    correlation: traceparent?.split('-')[1] ?? command.commandId,
    ...(traceparent !== null && { traceparent }),
    kafka: { topic, partition, offset },
  };
}

function dead(
  message: IncomingMessage,
  reason: DeadReason,
  detail: string,
  sender: Sender | null,
): CommandMessage {
  return {
    kind: 'dead',
    reason,
    detail,
    outcome: sender && invalidOutcome(message, detail, sender),
    traceparent: sender?.traceparent ?? null,
  };
}

function invalidOutcome(message: IncomingMessage, detail: string, sender: Sender) {
  const commandId = commandUuid(sender.userId, sender.source, sender.id);
  const digest = digestOfBytes(message.value ?? new Uint8Array());
  return {
    body: { ...toInvalidOutcome(sender, []), detail: detail.slice(0, DETAIL_CHARACTERS_MAX) },
    id: outcomeId(commandId, { revision: null, code: 'Invalid', digest }),
  };
}
