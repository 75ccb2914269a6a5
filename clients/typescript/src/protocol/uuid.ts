import { createHash } from 'node:crypto';
import { DERIVED_ID_NAMESPACE } from './names.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isUuid = (text: string): boolean => UUID.test(text);

const NAMESPACE = Buffer.from(DERIVED_ID_NAMESPACE.replaceAll('-', ''), 'hex');

/** A UUID of version 5 (RFC 9562). */
function uuid5(namespace: Buffer, name: string): string {
  const bytes = createHash('sha1').update(namespace).update(name, 'utf8').digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [0, 8, 12, 16, 20].map((from, at, all) => hex.slice(from, all[at + 1] ?? 32)).join('-');
}

/** What a derived id is made of. */
export interface Derivation {
  readonly source: string;
  /** The sender's own name of the work that the command belongs to. */
  readonly task: string;
  /** The type of the command. */
  readonly type: string;
  /** Tells commands of one type and one task apart. */
  readonly step: string;
}

/** The same task always gets the same id, in every process and every language. */
export const derivedId = ({ source, task, type, step }: Derivation): string =>
  uuid5(NAMESPACE, [source, task, type, step].join('\0'));
