import { hash } from 'node:crypto';
import {
  BYTES_OF_A_UUID,
  isTextOfSha1,
  isUuidOfSha1,
  putAscii,
  putUuid,
  type ByteString,
} from '../store/byte-strings.js';

// Whether an id is the UUID of version 5 that it should be, without making that: it is asked for every
// event and every command there is. (A spec holds it against those who make the ids.)

/** Of command ids: see the rules of the ledger. */
const COMMAND_NAMESPACE = '3b5c1d5e-7a52-5c7e-8f0c-2d9f4e6a1b70';
const SHORT_CHARS = 400;
const BYTES_OF_A_CHARACTER_MAX = 3;
const ROOM = BYTES_OF_A_UUID + 2 * SHORT_CHARS * BYTES_OF_A_CHARACTER_MAX;

/** A namespace and a name behind it, as they are hashed. The room is for names that are short. */
class Named {
  readonly #bytes = Buffer.alloc(ROOM);
  /** Its beginnings by their lengths, each made once. */
  readonly #views: Uint8Array[] = [];

  begin(namespace: string): number {
    return putUuid(this.#bytes, 0, namespace);
  }

  /** Where it ends. */
  put(offset: number, text: string): number {
    return putAscii(this.#bytes, offset, text) ?? offset + this.#bytes.write(text, offset, 'utf8');
  }

  sha1(end: number): ByteString {
    const view = (this.#views[end] ??= this.#bytes.subarray(0, end));
    return hash('sha1', view, 'binary');
  }

  /** With a name that the room is not for. */
  sha1WithLong(name: string): ByteString {
    const namespace = this.#bytes.subarray(0, BYTES_OF_A_UUID);
    return hash('sha1', Buffer.concat([namespace, Buffer.from(name, 'utf8')]), 'binary');
  }
}

const event = new Named();

export const isDerivedEventId = (id: ByteString, commandId: string, revision: number): boolean =>
  isUuidOfSha1(id, event.sha1(event.put(event.begin(commandId), String(revision))));

const command = new Named();
const nameAt = command.begin(COMMAND_NAMESPACE);
/** What the name of the command before began with: that of the next one mostly does, too. */
let before: { readonly user: string; readonly source: string; readonly end: number } | null = null;

export function isDerivedCommandId(
  id: string,
  user: string,
  source: string,
  sent: string,
): boolean {
  if (user.length + source.length + 2 > SHORT_CHARS || sent.length > SHORT_CHARS) {
    return isTextOfSha1(id, command.sha1WithLong(`${user}\0${source}\0${sent}`));
  }
  if (user !== before?.user || source !== before.source) {
    before = { user, source, end: command.put(nameAt, `${user}\0${source}\0`) };
  }
  return isTextOfSha1(id, command.sha1(command.put(before.end, sent)));
}
