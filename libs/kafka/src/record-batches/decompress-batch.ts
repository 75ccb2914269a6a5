import { insideKafkajs } from '../kafkajs-patches/kafkajs-internals.js';
import { CannotUnpack } from '../compression/decompression-error.js';
import { codecName, unpack } from '../compression/decompress.js';
import { Malformed } from './byte-reader.js';
import type { RecordBatch } from './record-batch.js';
import { RecordReader, type RecordLimits } from './record-reader.js';

export interface OpenLimits extends RecordLimits {
  /** What a batch may unpack to. */
  readonly batchBytesMax: number;
  readonly batchRecordsMax: number;
}

export type OpenedBatch =
  | { readonly kind: 'opened'; readonly records: RecordReader; readonly unpackedBytes: number }
  | {
      readonly kind: 'undecodable';
      readonly detail: string;
      /** These are the bytes that were sent: to fetch them again changes nothing. */
      readonly isIntact: boolean;
    };

const crc32c = insideKafkajs('protocol/recordBatch/crc32C') as (bytes: Uint8Array) => number;

/** Checks a batch and unpacks it. Whatever its bytes are, this does not throw. */
export async function openBatch(batch: RecordBatch, limits: OpenLimits): Promise<OpenedBatch> {
  if (batch.magic < 2) {
    return undecodable(`it has message format ${batch.magic}, which knows no headers`, false);
  }
  if (crc32c(batch.checked) >>> 0 !== batch.crc) return undecodable('its checksum is wrong', false);
  if (batch.recordCount > limits.batchRecordsMax) {
    return undecodable(`it has ${batch.recordCount} records, more than ${limits.batchRecordsMax}`);
  }
  try {
    const bytes = await unpack(batch.codec, batch.records, limits.batchBytesMax);
    const unpackedBytes = batch.codec === 0 ? 0 : bytes.length;
    return { kind: 'opened', records: new RecordReader(batch, bytes, limits), unpackedBytes };
  } catch (error) {
    if (error instanceof CannotUnpack) return undecodable(error.message);
    // A mistake in a decoder is told like the damage that it met: the partition has to go on.
    const detail = error instanceof Malformed ? error.message : String(error);
    return undecodable(`it is malformed (${codecName(batch.codec)}): ${detail}`);
  }
}

const undecodable = (detail: string, isIntact = true): OpenedBatch => ({
  kind: 'undecodable',
  detail,
  isIntact,
});
