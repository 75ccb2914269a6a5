import { timestamptz as millisecondsType, type BinaryType } from '#bytes/postgres';
import { epochMs } from '#ledger';

/** `2030-01-01T00:00:00.000Z` */
const TIME_CHARACTERS = 24;

/**
 * Times as the ledger writes them: texts in ISO 8601 with milliseconds. Those that were taken over from
 * another service have microseconds.
 */
export const timestamptz: BinaryType<string> = {
  oid: millisecondsType.oid,
  length: 8,
  write: (target, time, at) => {
    millisecondsType.write(target, epochMs(time), at);
    if (time.length === TIME_CHARACTERS) return;
    const micros = BigInt(time.slice(23, 26));
    target.view.setBigInt64(at, target.view.getBigInt64(at) + micros);
  },
};
