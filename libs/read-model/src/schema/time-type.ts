import { converted, timestamptz as millisecondsType } from '#bytes/postgres';
import { epochMs } from '#ledger';

/** Times as the ledger writes them: texts in ISO 8601. */
export const timestamptz = converted(millisecondsType, (time: string) => epochMs(time));
