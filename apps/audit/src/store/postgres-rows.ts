import type { Position } from '#event-store';
import { hexOf, uuidOf, type ByteString } from './byte-strings.js';
import type { CopiedRow } from './copy/copy-rows.js';
import type { StoredEvent } from './event-source.js';
import { CannotCheckError } from './errors.js';

// Events as the rows of a store in Postgres, and their places in it.

const KIND = 'postgres:';

export const positionNumber = (position: Position): number => {
  const number = Number(position.slice(KIND.length));
  if (!position.startsWith(KIND) || !Number.isSafeInteger(number)) {
    throw new CannotCheckError(`"${position}" is no position of an event store in Postgres`);
  }
  return number;
};

const ZEROS = '0'.repeat(16);

export function positionFromNumber(number: number | string): Position {
  const digits = String(number);
  return (KIND + ZEROS.slice(digits.length) + digits) as Position;
}

/** In the order in which they are read. */
export const STORED_COLUMNS = 'position, stream, revision, id::uuid, type, data, meta, hash';

/** Reads row after row of one statement. */
export function rowDecoder(): (row: CopiedRow) => StoredEvent {
  let stream = '';
  let type = '';
  return (row) =>
    new PostgresStoredEvent(
      row.int8(),
      (stream = row.textLike(stream)),
      row.int8(),
      row.bytes(),
      (type = row.textLike(type)),
      row.text(),
      row.text(),
      row.bytes(),
    );
}

/** Texts that are only shown are made when they are. */
class PostgresStoredEvent implements StoredEvent {
  constructor(
    private readonly number: number,
    readonly stream: string,
    readonly revision: number,
    readonly idBytes: ByteString,
    readonly type: string,
    readonly data: string,
    readonly meta: string,
    readonly hashBytes: ByteString,
  ) {}

  get position(): Position {
    return positionFromNumber(this.number);
  }

  get id(): string {
    return uuidOf(this.idBytes);
  }

  get hash(): string {
    return hexOf(this.hashBytes);
  }

  isAfter(other: PostgresStoredEvent): boolean {
    return this.number > other.number;
  }
}
