import type { CommandBody } from './command-data.js';
import { COMMAND_CE_TYPES, OUTCOME_CE_TYPE, OUTCOME_SOURCE } from './protocol-names.js';
import type { CommandOutcome } from './outcome.js';

/** A CloudEvent in binary mode, for any Kafka client. */
export interface OutgoingMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Envelope {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly traceparent?: string | null;
}

/** The message by which a service sends a command to the ledger. */
export function commandMessage(
  { type, data }: CommandBody,
  from: Omit<Envelope, 'type'>,
): OutgoingMessage {
  return binaryMessage({ ...from, type: COMMAND_CE_TYPES[type] }, data.user_id, data);
}

/** `id`: that of the outcome , made by `outcomeIdOf` of libs/identity. */
export function outcomeMessage(
  outcome: CommandOutcome,
  id: string,
  traceparent: string | null,
): OutgoingMessage {
  const envelope = { id, source: OUTCOME_SOURCE, type: OUTCOME_CE_TYPE, traceparent };
  return binaryMessage(envelope, outcome.user_id, outcome);
}

function binaryMessage(
  { id, source, type, traceparent = null }: Envelope,
  key: string,
  data: object,
): OutgoingMessage {
  return {
    key,
    value: JSON.stringify(data),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: id,
      ce_source: source,
      ce_type: type,
      ...(traceparent !== null && { ce_traceparent: traceparent }),
    },
  };
}
