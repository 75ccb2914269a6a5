import type { RecordBatch } from './record-batch.js';
import { ByteReader } from './byte-reader.js';

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

const ABORT = 0;

/**
 * Marks the batches of aborted transactions. kafkajs takes any message with a key of four zero bytes
 * for a marker, and expects the transactions in the order in which they began: either mistake lets
 * commands through that their producer has aborted.
 */
export function markAbortedBatches(
  batches: readonly RecordBatch[],
  aborted: readonly AbortedTransaction[],
): readonly RecordBatch[] {
  if (aborted.length === 0) return batches;
  const upcoming = [...aborted].sort((one, other) => compare(one.firstOffset, other.firstOffset));
  const open = new Set<bigint>();
  let next = 0;
  return batches.map((batch) => {
    for (
      let one = upcoming[next];
      one && one.firstOffset <= batch.lastOffset;
      one = upcoming[next]
    ) {
      open.add(one.producerId);
      next++;
    }
    if (batch.isControl) {
      if (isAbortMarker(batch)) open.delete(batch.producerId);
      return batch;
    }
    const isAborted = batch.isTransactional && open.has(batch.producerId);
    return isAborted ? { ...batch, isAborted } : batch;
  });
}

/** A control batch has one record, whose key is a version and the type of the marker. */
function isAbortMarker({ records }: RecordBatch): boolean {
  try {
    const record = new ByteReader(records);
    record.varInt();
    record.int8();
    record.varLong();
    record.varInt();
    const key = record.varField();
    return key !== null && key.length >= 4 && key.readInt16BE(2) === ABORT;
  } catch {
    return false;
  }
}

const compare = (one: bigint, other: bigint): number => (one < other ? -1 : one > other ? 1 : 0);
