import type { ServerVersion } from './server-version.js';

interface Sized {
  readonly type: string;
  readonly data: Uint8Array;
  readonly meta: Uint8Array;
}

/**
 * What counts against the maximum of an append. Up to 24.10.3 an operator's precedence in
 * `Event.SizeOnDisk` leaves the data alone; since 24.10.4 metadata counts, and two bytes for each
 * character of the type.
 */
export const sizeFunctionOf = (version: ServerVersion): ((event: Sized) => number) =>
  version === '23.10' ? ofDataAlone : ofEverything;

const ofDataAlone = ({ data }: Sized): number => data.length;
const ofEverything = ({ data, meta, type }: Sized): number =>
  data.length + meta.length + type.length * 2;
