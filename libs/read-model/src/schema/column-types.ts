import {
  bool,
  converted,
  float8,
  int2,
  int4,
  int8,
  jsonb,
  text,
  uuid,
  type BinaryType,
} from '#bytes/postgres';

import { bigintText } from './bigint-text.js';
import { timestamptz } from './time-type.js';

/** A type of Postgres as the read tables use it: declared, sent in binary form, and read back. */
export interface ColumnType<T> {
  readonly declaration: string;
  /** As the type of an array parameter is called: a length is no part of it. */
  readonly name: string;
  readonly binary: BinaryType<T>;
  /** null: the driver gives the value as it is. */
  readonly fromDriver: ((value: unknown) => T) | null;
}

const typeOf = <T>(
  name: string,
  binary: BinaryType<T>,
  fromDriver: ColumnType<T>['fromDriver'] = null,
): ColumnType<T> => ({ name, declaration: name, binary, fromDriver });

export const BOOLEAN = typeOf<boolean>('boolean', bool);
export const SMALLINT = typeOf<number>('smallint', int2);
export const INTEGER = typeOf<number>('integer', int4);
/** The driver gives text, because not every 64-bit integer is a number. All of ours are. */
export const BIGINT = typeOf<number>('bigint', int8, Number);
/** Ids of others, which may be beyond what a number holds. The driver gives the text. */
export const BIGINT_TEXT = typeOf<string>('bigint', bigintText);
export const DOUBLE = typeOf<number>('double precision', float8);
export const UUID = typeOf<string>('uuid', uuid);
export const TEXT = typeOf<string>('text', text);
export const TIMESTAMP = typeOf<string>('timestamptz', timestamptz, (date) =>
  (date as Date).toISOString(),
);

export const varchar = <T extends string>(lengthMax: number): ColumnType<T> => ({
  name: 'text',
  declaration: `varchar(${lengthMax})`,
  binary: text,
  fromDriver: null,
});

/** The driver parses it. */
export const jsonObject = <T extends object>(): ColumnType<T> =>
  typeOf<T>(
    'jsonb',
    converted(jsonb, (value: T) => JSON.stringify(value)),
  );
