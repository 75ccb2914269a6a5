import {
  TOPICS,
  commandMessage,
  parseCommandData,
  type CommandBody,
  type OutgoingMessage,
} from '#contracts';
import { commandDigest, commandIdOf, signMessage, type SigningKey } from '#identity';
import { MESSAGE_INPUTS, type MessageInput } from './message-inputs.js';

/** The key of the senders in the table. It opens nothing. */
export const SIGNING_KEY: SigningKey = {
  id: '2026-11',
  secret: 'conformance vectors: a secret of no ledger',
};

/** Whose token a command over HTTP has: its source is made of that. */
const SUBJECT = 'svc-tts';
const API_SOURCE = `api:${SUBJECT}`;
const USER = 'd4930aff-f7b8-541b-ad96-1cb0b5223736';

/** The one field of which null means something else than an absent field. */
const FIELD_THAT_MAY_BE_NULL = 'expires_at';

/** A message as a client must send it, byte for byte, over each transport. */
function messageVector(input: MessageInput) {
  const { name, type, data, source, id, traceparent, isSigned, floats } = input;
  const body = bodyOf(input);
  const unsigned = commandMessage(body, { id, source, traceparent: traceparent ?? null });
  const message: OutgoingMessage = isSigned
    ? signMessage(unsigned, TOPICS.commands, SIGNING_KEY)
    : unsigned;
  const userId = body.data.user_id;
  const httpHeaders: readonly (readonly [string, string])[] = [
    ['content-type', 'application/json'],
    ['idempotency-key', quoted(id)],
    ...(traceparent === undefined ? [] : [['traceparent', traceparent] as const]),
  ];
  return {
    name,
    given: {
      type,
      data,
      id,
      traceparent: traceparent ?? null,
      ...(floats !== undefined && { floats }),
    },
    kafka: {
      source,
      signed: isSigned === true,
      topic: TOPICS.commands,
      key: message.key,
      headers: Object.entries(message.headers),
      value: message.value,
    },
    http: {
      subject: SUBJECT,
      method: 'POST',
      path: `/v1/commands/${type}`,
      headers: httpHeaders,
      body: message.value,
    },
    digest: commandDigest(type, body.data),
    command_id: {
      kafka: commandIdOf(userId, source, id),
      http: commandIdOf(userId, API_SOURCE, id),
    },
  };
}

/** The data as the ledger itself reads them, in the order of its form, without what is not said. */
function bodyOf({ name, type, data }: MessageInput): CommandBody {
  const parsed = parseCommandData(type, data, 2);
  if (!parsed.ok) throw new Error(`${name}: ${JSON.stringify(parsed.errors)}`);
  const said = Object.entries(parsed.value.data).filter(
    ([field, value]) => value !== null || field === FIELD_THAT_MAY_BE_NULL,
  );
  return { type, data: Object.fromEntries(said) } as CommandBody;
}

/** Always a quoted string, so that no space, quote or letter of an id is lost on the way. */
const quoted = (id: string): string => `"${id.replaceAll(/["\\]/g, '\\$&')}"`;

export const messageVectors = () => MESSAGE_INPUTS.map(messageVector);

interface Refused {
  readonly name: string;
  /** The part of the message that the client names. */
  readonly field: 'user_id' | 'id' | 'source';
  readonly data?: Readonly<Record<string, unknown>>;
  readonly id?: string;
  readonly source?: string;
}

/** What a client must refuse to send. The ledger would refuse it too, or take it for another command. */
const REFUSED: readonly Refused[] = [
  { name: 'a user id that is no UUID', field: 'user_id', data: { user_id: 'alice' } },
  { name: 'a user id in braces', field: 'user_id', data: { user_id: `{${USER}}` } },
  { name: 'a user id that is missing', field: 'user_id', data: {} },
  { name: 'an id that is empty', field: 'id', id: '' },
  { name: 'an id that is too long', field: 'id', id: 'x'.repeat(129) },
  { name: 'an id with a control character', field: 'id', id: 'a\nb' },
  { name: 'an id with half a character', field: 'id', id: 'a\ud83d' },
  { name: 'a source that is empty', field: 'source', source: '' },
  { name: 'a source that is too long', field: 'source', source: `/${'x'.repeat(128)}` },
  { name: 'a source with a space', field: 'source', source: '/my service' },
  { name: 'a source of other letters', field: 'source', source: '/配音' },
  { name: 'a source of the API', field: 'source', source: 'API:svc' },
  { name: 'a source of the sweeper', field: 'source', source: 'sweeper:x' },
  { name: 'a source of an import', field: 'source', source: 'import:x' },
];

export const refusedVectors = () =>
  REFUSED.map(({ name, field, data = { user_id: USER }, id = 'job', source = '/tts' }) => ({
    name,
    field,
    source,
    given: { type: 'ExpirePoints', data, id },
  }));
