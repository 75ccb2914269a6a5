const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const BYTES_PER_ROUND = 4;
const POSITIVE = 0x7fff_ffff;

/**
 * The partition that the clients of Kafka choose for a key: by murmur2, whose numbers have 32 bits.
 * kafkajs computes it with objects that hold 64 bits, which took an eighth of all memory that the
 * intake allocated.
 */
export function partitionOfKey(key: string | Uint8Array, partitions: number): number {
  return (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & POSITIVE) % partitions;
}

function murmur2(bytes: Uint8Array): number {
  let hash = SEED ^ bytes.length;
  let at = 0;
  for (; at + BYTES_PER_ROUND <= bytes.length; at += BYTES_PER_ROUND) {
    const mixed = Math.imul(littleEndian(bytes, at, at + BYTES_PER_ROUND), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(mixed ^ (mixed >>> 24), MULTIPLIER);
  }
  if (at < bytes.length) {
    hash = Math.imul(hash ^ littleEndian(bytes, at, bytes.length), MULTIPLIER);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

function littleEndian(bytes: Uint8Array, from: number, end: number): number {
  let value = 0;
  for (let at = end - 1; at >= from; at -= 1) value = (value << 8) | (bytes[at] ?? 0);
  return value;
}
