const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

/**
 * The partition of a key as every Kafka client chooses it (murmur2). kafkajs's own counts in 64-bit
 * objects, which is a quarter of what sending costs.
 */
export function keyPartition(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

function murmur2(data: Buffer): number {
  const wholeWords = data.length & ~3;
  let hash = SEED ^ data.length;
  for (let at = 0; at < wholeWords; at += 4) {
    let word = Math.imul(data.readInt32LE(at), MULTIPLIER);
    word = Math.imul(word ^ (word >>> 24), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  if (data.length > wholeWords) {
    for (let at = data.length - 1; at >= wholeWords; at--) {
      hash ^= data.readUInt8(at) << (8 * (at - wholeWords));
    }
    hash = Math.imul(hash, MULTIPLIER);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}
