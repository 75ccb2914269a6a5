import { hash } from 'node:crypto';

const NAMESPACE_BYTES = 16;
const NAME_BYTES_MAX = 20;
const VARIANT = '89ab';
const parts = Buffer.alloc(NAMESPACE_BYTES + NAME_BYTES_MAX);

export const dashless = (uuid: string): string =>
  uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24);

/**
 * Whether an event's id is the UUID of version 5 of its command's id and its revision: as `eventId`
 * makes it, without making it. (It is asked once for every event there is.)
 */
export function isEventIdOf(id: string, commandId: string, revision: number): boolean {
  parts.write(dashless(commandId), 0, 'hex');
  const length = parts.write(String(revision), NAMESPACE_BYTES, 'latin1');
  const hex = hash('sha1', parts.subarray(0, NAMESPACE_BYTES + length), 'hex');
  const found = dashless(id);
  return (
    found.length === 32 &&
    found.startsWith(hex.slice(0, 12)) &&
    found[12] === '5' &&
    found.slice(13, 16) === hex.slice(13, 16) &&
    found[16] === VARIANT[Number.parseInt(hex.charAt(16), 16) & 3] &&
    found.slice(17) === hex.slice(17, 32)
  );
}
