import { int8, type BinaryType } from '#bytes/postgres';

/** A number holds all integers of so many characters. */
const NUMBER_CHARACTERS_MAX = 15;

/** The decimal text of a bigint. */
export const bigintText: BinaryType<string> = {
  oid: int8.oid,
  length: 8,
  write: (target, text, at) => {
    if (text.length <= NUMBER_CHARACTERS_MAX) return int8.write(target, Number(text), at);
    target.view.setBigInt64(at, BigInt(text));
  },
};
