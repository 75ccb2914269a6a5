import { requireKafkajsInternal } from '../kafkajs-internals.js';
import { DecompressionError } from '../compression/decompression-error.js';
import { codecName, decompress } from '../compression/decompress.js';
import { MalformedRecordsError } from './byte-reader.js';
import type { RecordBatch } from './record-batch.js';
import { RecordReader, type RecordLimits } from './record-reader.js';

export interface DecompressLimits extends RecordLimits {
  /** Of a batch once it is decompressed. A larger one counts as undecodable. */
  readonly batchBytesMax: number;
  /** Of a batch. One megabyte can hold millions, each of which would be a dead letter. */
  readonly batchRecordsMax: number;
}

export const DECOMPRESS_LIMITS: DecompressLimits = {
  batchBytesMax: 32 * 1024 * 1024,
  batchRecordsMax: 100_000,
  headersMax: 64,
  headerBytesMax: 16 * 1024,
};

export type DecompressResult =
  | { readonly kind: 'opened'; readonly records: RecordReader; readonly decompressedBytes: number }
  | {
      readonly kind: 'undecodable';
      readonly detail: string;
      /** The bytes are those that were sent: another fetch would bring the same ones. */
      readonly isIntact: boolean;
    };

const crc32c = requireKafkajsInternal('protocol/recordBatch/crc32C') as (
  bytes: Uint8Array,
) => number;

/** Checks a batch and decompresses it. It does not throw, whatever the bytes are. */
export async function decompressBatch(
  batch: RecordBatch,
  limits: DecompressLimits,
): Promise<DecompressResult> {
  if (batch.magic < 2) {
    return undecodable(`it has message format ${batch.magic}, which knows no headers`, false);
  }
  if (crc32c(batch.checked) >>> 0 !== batch.crc) return undecodable('its checksum is wrong', false);
  if (batch.recordCount > limits.batchRecordsMax) {
    return undecodable(`it has ${batch.recordCount} records, more than ${limits.batchRecordsMax}`);
  }
  try {
    const bytes = await decompress(batch.codec, batch.records, limits.batchBytesMax);
    const decompressedBytes = batch.codec === 0 ? 0 : bytes.length;
    return {
      kind: 'opened',
      records: new RecordReader(batch, bytes, limits),
      decompressedBytes,
    };
  } catch (error) {
    if (error instanceof DecompressionError) return undecodable(error.message);
    // An error in a decoder counts as damage of the batch, so that the partition can continue.
    const detail = error instanceof MalformedRecordsError ? error.message : String(error);
    return undecodable(`it is malformed (${codecName(batch.codec)}): ${detail}`);
  }
}

const undecodable = (detail: string, isIntact = true): DecompressResult => ({
  kind: 'undecodable',
  detail,
  isIntact,
});
