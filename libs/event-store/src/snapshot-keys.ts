import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { writeInt64 } from '#bytes';
import type { NonEmpty, Snapshot, UnsealedSnapshot } from './port.js';

/** A secret that seals snapshots, and its id, which is stored with each seal. */
export interface SnapshotKey {
  readonly id: string;
  readonly secret: Uint8Array;
}

/** There may be two keys, so that they can be rotated without rejecting snapshots in between. */
const SNAPSHOT_KEYS_MAX = 2;
const SECRET_BYTES_MIN = 32;
const KEY_ID = /^[A-Za-z0-9._-]{1,32}$/;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** An invalid list of keys. The message does not repeat the list, because it contains secrets. */
export class InvalidSnapshotKeysError extends Error {
  override readonly name = 'SnapshotKeysFault';
}

/** Parses `id:base64,id:base64`. An empty text means no keys. */
export function parseSnapshotKeys(text: string): readonly SnapshotKey[] {
  if (text.trim() === '') return [];
  const keys = text.split(',').map((entry) => parseKey(entry.trim()));
  if (keys.length > SNAPSHOT_KEYS_MAX) {
    throw new InvalidSnapshotKeysError(`must name at most ${SNAPSHOT_KEYS_MAX} keys`);
  }
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    throw new InvalidSnapshotKeysError('must give each key an id of its own');
  }
  return keys;
}

function parseKey(entry: string): SnapshotKey {
  const [, id = '', secret = ''] = /^([^:]*):(.*)$/.exec(entry) ?? [];
  if (!KEY_ID.test(id)) {
    throw new InvalidSnapshotKeysError(
      'must be id:secret, the id 1 to 32 letters, digits or ._- and the secret in base64',
    );
  }
  const bytes = BASE64.test(secret) ? Buffer.from(secret, 'base64') : Buffer.alloc(0);
  if (bytes.length < SECRET_BYTES_MIN) {
    throw new InvalidSnapshotKeysError(
      `must give each key a secret of ${SECRET_BYTES_MIN} bytes or more in base64 (openssl rand -base64 32)`,
    );
  }
  return { id, secret: bytes };
}

/** The result of the check of a seal. */
export type SealCheck = 'good' | 'forged' | 'unknown-key';

const LABEL = Buffer.from('points-ledger snapshot 1\0', 'latin1');

/**
 * Seals snapshots with a secret that the database does not know. Write access to the table is not
 * enough to forge a snapshot, or to move one to another account, revision, policy or history.
 */
export class SnapshotKeys {
  readonly #secrets: ReadonlyMap<string, Uint8Array>;
  readonly #sealing: SnapshotKey;

  /** The first key seals new snapshots. Seals of all keys are accepted. */
  constructor(keys: NonEmpty<SnapshotKey>) {
    this.#sealing = keys[0];
    this.#secrets = new Map(keys.map(({ id, secret }) => [id, secret]));
  }

  seal(stream: string, key: string, snapshot: UnsealedSnapshot): Snapshot {
    const { id, secret } = this.#sealing;
    return { ...snapshot, keyId: id, mac: macOf(secret, stream, key, snapshot) };
  }

  check(stream: string, key: string, snapshot: Snapshot): SealCheck {
    const secret = this.#secrets.get(snapshot.keyId);
    if (secret === undefined) return 'unknown-key';
    if (!Number.isSafeInteger(snapshot.revision) || snapshot.revision < 0) return 'forged';
    const expected = macOf(secret, stream, key, snapshot);
    const { mac } = snapshot;
    return mac.length === expected.length && timingSafeEqual(mac, expected) ? 'good' : 'forged';
  }
}

/** All parts before the state have a fixed length, so that their boundaries are unambiguous. */
function macOf(
  secret: Uint8Array,
  stream: string,
  key: string,
  { revision, hash, state }: UnsealedSnapshot,
): Uint8Array {
  const place = new DataView(new ArrayBuffer(8));
  writeInt64(place, 0, revision);
  return createHmac('sha256', secret)
    .update(LABEL)
    .update(sha256(stream))
    .update(sha256(key))
    .update(place)
    .update(sha256(hash))
    .update(state, 'utf8')
    .digest();
}

const sha256 = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest();
