import { ByteReader, MalformedRecordsError } from './byte-reader.js';

// https://kafka.apache.org/documentation/#recordbatch

const MAGIC = 2;
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const RECORDS_AT = 61;
const BYTES_BEFORE_LENGTH = 12;

const CODEC_BITS = 0x07;
const LOG_APPEND_TIME_BIT = 0x08;
const TRANSACTIONAL_BIT = 0x10;
const CONTROL_BIT = 0x20;

/**
 * A broker stores and sends a batch as a whole; its records may be compressed. For kafkajs it looks
 * like a message with the offset of the last record.
 */
export interface RecordBatch {
  readonly offset: string;
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
  /** The whole batch as it was fetched. */
  readonly bytes: Buffer;
  /** 0 and 1 are the formats before 2017, which had no headers. Their records are not read. */
  readonly magic: number;
  readonly codec: number;
  readonly recordCount: number;
  /** Compressed with `codec`. */
  readonly records: Buffer;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly producerId: bigint;
  readonly firstTimestampMs: number;
  /** The broker's time for all records, where the topic has LogAppendTime. */
  readonly appendedAtMs: number | null;
  readonly crc: number;
  /** The bytes that the checksum covers. */
  readonly checked: Buffer;
  /** Its transaction was aborted: the messages must not be delivered. */
  readonly isAborted: boolean;
}

/** The batches of one partition. A truncated one at the end is left out: the next fetch brings it. */
export function readBatches(bytes: Buffer): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let at = 0; bytes.length - at > MAGIC_AT;) {
    const length = bytes.readInt32BE(at + LENGTH_AT);
    const end = at + BYTES_BEFORE_LENGTH + length;
    if (at + MAGIC_AT >= end) throw new MalformedRecordsError(`a batch has a length of ${length}`);
    if (end > bytes.length) break;
    batches.push(readBatch(bytes.subarray(at, end)));
    at = end;
  }
  return batches;
}

/** `bytes` are exactly one batch. */
export function readBatch(bytes: Buffer): RecordBatch {
  if (bytes.length <= MAGIC_AT) throw new MalformedRecordsError('it is too short for a batch');
  const magic = bytes.readInt8(MAGIC_AT);
  if (magic !== MAGIC) return readOldFormat(bytes, magic);
  if (bytes.length < RECORDS_AT)
    throw new MalformedRecordsError('a batch is shorter than its head');
  const attributes = bytes.readInt16BE(ATTRIBUTES_AT);
  const head = new ByteReader(bytes, ATTRIBUTES_AT + 2);
  const lastOffsetDelta = head.int32();
  const firstTimestamp = head.int64();
  const maxTimestamp = head.int64();
  const producerId = head.int64();
  head.skip(2 + 4);
  const recordCount = head.int32();
  const firstOffset = bytes.readBigInt64BE(0);
  const lastOffset = firstOffset + BigInt(Math.max(0, lastOffsetDelta));
  return {
    offset: String(lastOffset),
    firstOffset,
    lastOffset,
    bytes,
    magic,
    codec: attributes & CODEC_BITS,
    recordCount,
    records: bytes.subarray(RECORDS_AT),
    isTransactional: (attributes & TRANSACTIONAL_BIT) !== 0,
    isControl: (attributes & CONTROL_BIT) !== 0,
    producerId,
    firstTimestampMs: Number(firstTimestamp),
    appendedAtMs: (attributes & LOG_APPEND_TIME_BIT) === 0 ? null : Number(maxTimestamp),
    crc: bytes.readUInt32BE(CRC_AT),
    checked: bytes.subarray(ATTRIBUTES_AT),
    isAborted: false,
  };
}

function readOldFormat(bytes: Buffer, magic: number): RecordBatch {
  const offset = bytes.readBigInt64BE(0);
  return {
    offset: String(offset),
    firstOffset: offset,
    lastOffset: offset,
    bytes,
    magic,
    codec: 0,
    recordCount: 1,
    records: bytes.subarray(MAGIC_AT),
    isTransactional: false,
    isControl: false,
    producerId: -1n,
    firstTimestampMs: -1,
    appendedAtMs: null,
    crc: 0,
    checked: bytes.subarray(bytes.length),
    isAborted: false,
  };
}

/** Whether it has no message to deliver. */
export const hasNothingToRead = ({ isControl, isAborted, recordCount }: RecordBatch): boolean =>
  isControl || isAborted || recordCount === 0;
