import {
  formatFieldErrors,
  timeFromMs,
  parseCommandMessage,
  toInvalidOutcome,
  type CommandMessage as ParsedCommand,
  type CommandOutcome,
  type DeadLetterReason,
  type ParsedMessage,
  type Sender,
} from '#contracts';
import { toLedgerCommand } from '#commands';
import {
  commandIdOf,
  digestedData,
  payloadDigest,
  outcomeIdOf,
  type DigestedData,
} from '#identity';
import type { Origin } from '#commands';
import type { IncomingMessage } from '#kafka';
import type { LedgerCommand, RulesNumber } from '#ledger';
import { DETAIL_CHARACTERS_MAX } from './dead-letter.js';
import type { Denial, Senders, SenderPermission } from '#senders';

/** A record from a clock that is ahead is rejected, because the time of an account never goes back. */
const CLOCK_AHEAD_MS_MAX = 5 * 60_000;

/** Kafka writes -1 for a record without a timestamp. A time before 1970 is rejected as well. */
const NO_TIMESTAMP =
  'timestamp must be the time at which the broker appended the record: it has none';

/** A message that was parsed, and whose sender was authenticated. */
export type CommandMessage =
  | {
      readonly kind: 'command';
      readonly command: LedgerCommand;
      readonly origin: Origin;
      readonly permission: SenderPermission;
    }
  | {
      readonly kind: 'dead';
      readonly reason: DeadLetterReason;
      readonly detail: string;
      /** The outcome for the sender, if the message identifies the sender and the command. */
      readonly outcome: { readonly body: CommandOutcome; readonly id: string } | null;
      readonly traceparent: string | null;
    }
  /** The sender may not send it. No outcome is published, because the message may be forged. */
  | { readonly kind: 'forbidden'; readonly denial: Denial };

/** How messages are read. */
interface ReadOptions {
  readonly nowMs: number;
  /** Those in force at `momentOfForm`. */
  readonly rules: RulesNumber;
  readonly senders: Senders;
}

const isAhead = ({ timestampMs }: IncomingMessage, nowMs: number): boolean =>
  timestampMs > nowMs + CLOCK_AHEAD_MS_MAX;

/**
 * The settings in force then say in which form a message is read: when the broker stamped it, or now
 * where the stamp is none that a command may have.
 */
export function momentOfForm(message: IncomingMessage, nowMs: number): string {
  const { timestampMs } = message;
  const stamp = timestampMs < 0 || isAhead(message, nowMs) ? null : timeFromMs(timestampMs);
  return stamp ?? new Date(nowMs).toISOString();
}

/**
 * Parses a message into a command or a dead letter, and never throws. The sender is authenticated
 * before any outcome is prepared: an outcome for a forged message would mislead the true sender.
 */
export function readCommandMessage(
  message: IncomingMessage,
  { nowMs, rules, senders }: ReadOptions,
): CommandMessage {
  if (message.fault !== undefined) {
    const reason = message.fault.kind === 'undecodable' ? 'Undecodable' : 'Invalid';
    return deadLetterMessage(message, reason, message.fault.detail, null);
  }
  const parsed = parseCommandMessage(message, rules);
  if (!parsed.ok) return rejectInvalid(message, parsed, senders);
  const from = messageSender(parsed.value);
  const authenticated = senders.authenticateMessage(message, from);
  if (!authenticated.ok) return { kind: 'forbidden', denial: authenticated.denial };
  const { permission: right } = authenticated;
  const { timestampMs } = message;
  const at = timestampMs < 0 ? null : timeFromMs(timestampMs);
  if (isAhead(message, nowMs)) {
    const stamp = at ?? `${timestampMs} ms after 1970`;
    const detail = `the record is stamped ${stamp}, more than five minutes ahead of the ledger's clock`;
    return deadLetterMessage(message, 'ClockAhead', detail, from);
  }
  if (at === null) return deadLetterMessage(message, 'Invalid', NO_TIMESTAMP, from);
  const data = digestedData(parsed.value.data);
  const command = toLedgerCommand(parsed.value, at, data);
  const origin = originOf(message, command, parsed.value.traceparent, data);
  return { kind: 'command', command, origin, permission: right };
}

const messageSender = ({ source, id, type, data, traceparent }: ParsedCommand): Sender => ({
  source,
  id,
  type,
  userId: data.user_id,
  traceparent,
});

function rejectInvalid(
  message: IncomingMessage,
  { errors, sender }: Extract<ParsedMessage, { ok: false }>,
  senders: Senders,
): CommandMessage {
  const authenticated = sender && senders.authenticateMessage(message, sender);
  if (authenticated?.ok === false) return { kind: 'forbidden', denial: authenticated.denial };
  return deadLetterMessage(message, 'Invalid', formatFieldErrors(errors), sender);
}

function originOf(
  { topic, partition, offset }: IncomingMessage,
  command: LedgerCommand,
  traceparent: string | null,
  data: DigestedData,
): Origin {
  return {
    correlation: traceparent?.split('-')[1] ?? command.commandId,
    traceparent: traceparent ?? undefined,
    kafka: { topic, partition, offset },
    data,
  };
}

function deadLetterMessage(
  message: IncomingMessage,
  reason: DeadLetterReason,
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
  const commandId = commandIdOf(sender.userId, sender.source, sender.id);
  const digest = payloadDigest(message.value ?? new Uint8Array());
  return {
    body: { ...toInvalidOutcome(sender, []), detail: detail.slice(0, DETAIL_CHARACTERS_MAX) },
    id: outcomeIdOf(commandId, { revision: null, code: 'Invalid', digest }),
  };
}
