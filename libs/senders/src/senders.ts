import {
  COMMAND_CE_TYPES,
  SUBJECT_MAX,
  apiSourceOf,
  headerOf,
  type RawMessage,
  type Sender as MessageSender,
} from '#contracts';
import { SIGNATURE_HEADER, isSignatureOf, parseSignature } from '#identity';
import { DayTotals } from './day-totals.js';
import type { Denial } from './denial.js';
import type { Sender } from './sender.js';
import type { SenderDirectory } from './sender-directory.js';
import { SenderPermission } from './sender-permission.js';

export type Authenticated<T> =
  | ({ readonly ok: true; readonly permission: SenderPermission } & T)
  | { readonly ok: false; readonly denial: Denial };

/** A message and the topic it was read from. */
export interface TopicMessage extends RawMessage {
  readonly topic: string;
}

/** Authenticates the senders of commands over Kafka and over HTTP. */
export class Senders {
  readonly #totals = new DayTotals();
  #directory: SenderDirectory | null;

  /** Without a directory (null), any sender may send anything. */
  constructor(directory: SenderDirectory | null) {
    this.#directory = directory;
  }

  /** Replaces the senders. The points that they moved today stay counted. */
  replaceDirectory(directory: SenderDirectory): void {
    this.#directory = directory;
    this.#totals.retainOnly(new Set(directory.senders.map(({ name }) => name)));
  }

  /** Authenticates the sender of a message whose id, source, type, user and key are valid. */
  authenticateMessage(message: TopicMessage, from: MessageSender): Authenticated<object> {
    if (this.#directory === null) return this.#permit(null);
    const sender = this.#directory.bySource(from.source);
    const denial =
      sender === null ? unknownSource(from.source) : denialOfSignature(sender, message, from);
    return denial === null ? this.#permit(sender) : { ok: false, denial };
  }

  /** Authenticates the subject of a token, and gives the source of its commands. */
  authenticateSubject(subject: string): Authenticated<{ readonly source: string }> {
    const source = apiSourceOf(subject);
    if (source === null) return { ok: false, denial: INVALID_SUBJECT };
    if (this.#directory === null) return { ...this.#permit(null), source };
    const sender = this.#directory.bySubject(subject);
    if (sender === null) return { ok: false, denial: unknownSubject(subject) };
    return { ...this.#permit(sender), source };
  }

  #permit(sender: Sender | null) {
    return { ok: true as const, permission: new SenderPermission(sender, this.#totals) };
  }
}

/** Accepts every message without a check of its sender: for `SENDERS=anybody`, and for tests. */
export const allowAnySender = (): Senders => new Senders(null);

function denialOfSignature(
  sender: Sender,
  message: TopicMessage,
  { id, source, type, userId }: MessageSender,
): Denial | null {
  const header = headerOf(message, SIGNATURE_HEADER);
  if (header === undefined) {
    return sender.unsigned
      ? null
      : denialFor(sender, 'unsigned', 'signs its messages, and this one has no signature');
  }
  const signature = header === null ? null : parseSignature(header);
  if (signature === null) {
    return denialFor(
      sender,
      'signature',
      `must send ${SIGNATURE_HEADER} once, as v1,<key id>,<base64url of 32 bytes>`,
    );
  }
  const secret = sender.keys.get(signature.keyId);
  if (secret === undefined) {
    return denialFor(sender, 'key', `has no key ${JSON.stringify(signature.keyId)}`);
  }
  const signedMessage = {
    topic: message.topic,
    key: userId,
    id,
    source,
    type: COMMAND_CE_TYPES[type],
    value: message.value ?? '',
  };
  return isSignatureOf(signedMessage, signature.code, secret)
    ? null
    : denialFor(
        sender,
        'signature',
        'did not sign this message: the signature is not that of its topic, key, id, source, type and value',
      );
}

const denialFor = (sender: Sender, cause: Denial['cause'], what: string): Denial => ({
  cause,
  sender: sender.name,
  detail: `the sender ${sender.name} ${what}`,
});

const unknownSource = (source: string): Denial => ({
  cause: 'source',
  sender: null,
  detail: `no sender has the source ${source} among its sources`,
});

const unknownSubject = (subject: string): Denial => ({
  cause: 'subject',
  sender: null,
  detail: `no sender has the subject ${subject} of this token among its subjects`,
});

const INVALID_SUBJECT: Denial = {
  cause: 'subject',
  sender: null,
  detail:
    `the subject of this token cannot be the source of a command: it must have 1 to ${SUBJECT_MAX} ` +
    "characters of a URI (ASCII letters, digits and -._~:/?#[]@!$&'()*+,;=%)",
};
