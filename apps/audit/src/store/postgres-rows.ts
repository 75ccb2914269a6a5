import type { Position } from '#event-store';
import { hexOf, uuidOf, type ByteString } from './byte-strings.js';
import type { CopiedRow } from './copy/copy-rows.js';
import type { StoredEvent } from './event-source.js';
import { CannotCheckError } from './errors.js';

// Events as the rows of a store in Postgres, and their places in it.

const KIND = 'postgres:';

export const placeOf = (position: Position): number => {
  const place = Number(position.slice(KIND.length));
  if (!position.startsWith(KIND) || !Number.isSafeInteger(place)) {
    throw new CannotCheckError(`"${position}" is no position of an event store in Postgres`);
  }
  return place;
};

const ZEROS = '0'.repeat(16);

export function positionAt(place: number | string): Position {
  const digits = String(place);
  return (KIND + ZEROS.slice(digits.length) + digits) as Position;
}

/** In the order in which they are read. */
export const STORED_COLUMNS = 'position, stream, revision, id::uuid, type, data, meta, hash';

/** Reads row after row of one statement. */
export function storedRows(): (row: CopiedRow) => StoredEvent {
  let stream = '';
  let type = '';
  return (row) =>
    new StoredRow(
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
class StoredRow implements StoredEvent {
  constructor(
    private readonly place: number,
    readonly stream: string,
    readonly revision: number,
    readonly idBytes: ByteString,
    readonly type: string,
    readonly data: string,
    readonly meta: string,
    readonly hashBytes: ByteString,
  ) {}

  get position(): Position {
    return positionAt(this.place);
  }

  get id(): string {
    return uuidOf(this.idBytes);
  }

  get hash(): string {
    return hexOf(this.hashBytes);
  }

  isBehind(other: StoredRow): boolean {
    return this.place > other.place;
  }
}
