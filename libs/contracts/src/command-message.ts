import type { RulesNumber } from '#ledger';
import { addressee, parseCommandData, type CommandBody } from './command-data.js';
import {
  envelopeOf,
  decodeMessage,
  type DecodedMessage,
  type Envelope,
} from './message-decoding.js';
import { parseWith, type FieldError } from './field-error.js';
import { userId } from './fields.js';
import { decodeUtf8, type RawMessage } from './raw-message.js';
import type { Sender } from './outcome.js';
import { storableTraceparent } from './traceparent.js';

/** A command that came as a CloudEvent, with every field validated. */
export type CommandMessage = CommandBody & {
  readonly source: string;
  readonly id: string;
  /** W3C trace context; null: none, or none that is well-formed. */
  readonly traceparent: string | null;
};

export type ParsedMessage =
  | { readonly ok: true; readonly value: CommandMessage }
  /** `sender` gets the answer, if enough of the message is valid to identify it; otherwise null. */
  | { readonly ok: false; readonly errors: readonly FieldError[]; readonly sender: Sender | null };

/**
 * Parses bytes into a typed command in the form of those rules, or into an error for every invalid
 * field. It never throws.
 */
export function parseCommandMessage(message: RawMessage, rules: RulesNumber): ParsedMessage {
  const opened = decodeMessage(message);
  const sent = parseWith(envelopeOf(rules), opened.attributes);
  if (!sent.ok || opened.errors.length > 0) return rejectMessage(message, opened, rules);
  const { id, source, type } = sent.value;
  const body = parseCommandData(type, opened.data, rules);
  if (!body.ok || keyOf(message) !== body.value.data.user_id) {
    return rejectMessage(message, opened, rules);
  }
  const traceparent = storableTraceparent(sent.value.traceparent);
  return { ok: true, value: { source, id, traceparent, ...body.value } };
}

const senderEnvelope = (envelope: Envelope) =>
  envelope.pick({ id: true, source: true, type: true });

const SENDER_ENVELOPES = { 1: senderEnvelope(envelopeOf(1)), 2: senderEnvelope(envelopeOf(2)) };

function rejectMessage(
  message: RawMessage,
  opened: DecodedMessage,
  rules: RulesNumber,
): ParsedMessage {
  const { attributes, data, isJson } = opened;
  const envelope = envelopeOf(rules);
  const from = parseWith(SENDER_ENVELOPES[rules], attributes);
  const user = addressee.safeParse(data);
  const keyFault = keyError(message, user.success ? user.data.user_id : null);
  const errors = [...opened.errors, ...envelopeErrors(opened, envelope)];
  if (isJson && attributes !== null) {
    // In the data of an unknown type only the user can be checked.
    const type = envelope.shape.type.safeParse(attributes.type).data;
    const body =
      type === undefined ? parseWith(addressee, data, 'data') : parseCommandData(type, data, rules);
    if (!body.ok) errors.push(...body.errors);
  }
  if (keyFault !== null) errors.push(keyFault);
  if (!from.ok || !user.success || keyFault !== null) return { ok: false, errors, sender: null };
  const traceparent = storableTraceparent(attributes?.traceparent);
  const sender = { ...from.value, userId: user.data.user_id, traceparent };
  return { ok: false, errors, sender };
}

function envelopeErrors(
  { attributes, prefix }: DecodedMessage,
  envelope: Envelope,
): readonly FieldError[] {
  if (attributes === null) return [];
  const sent = parseWith(envelope, attributes);
  if (sent.ok) return [];
  return sent.errors.map(({ field, reason }) => ({ field: prefix + field, reason }));
}

function keyError(message: RawMessage, user: string | null): FieldError | null {
  const key = keyOf(message);
  // An invalid user has an error of its own; the key can still be checked.
  const good = user ?? userId.safeParse(key).data;
  if (key !== null && key === good) return null;
  const must =
    'must be the user_id of the data in lower case, or the order of its commands is lost';
  return { field: 'key', reason: must };
}

const keyOf = ({ key }: RawMessage): string | null =>
  key === null || key === undefined ? null : decodeUtf8(key);
