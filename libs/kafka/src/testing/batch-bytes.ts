import { gzipSync } from 'node:zlib';
import { ByteWriter } from '../record-batches/byte-writer.js';
import { requireKafkajsInternal } from '../kafkajs-internals.js';

// Record batches as a broker keeps them, good ones and bad ones.

export interface TestRecord {
  readonly key?: Buffer | null;
  readonly value?: Buffer | null;
  readonly headers?: readonly (readonly [name: string, value: Buffer | null])[];
  readonly timestampDelta?: number;
  readonly offsetDelta?: number;
}

export interface TestBatch {
  readonly firstOffset?: number;
  readonly records?: readonly TestRecord[];
  readonly recordCount?: number;
  readonly lastOffsetDelta?: number;
  /** The records as they stand there, instead of `records`. */
  readonly compressed?: Buffer;
  readonly codec?: number;
  readonly flags?: number;
  readonly firstTimestamp?: bigint;
  readonly maxTimestamp?: bigint;
  readonly producerId?: bigint;
  readonly magic?: number;
  readonly crc?: number;
}

const crc32c = requireKafkajsInternal('protocol/recordBatch/crc32C') as (
  bytes: Uint8Array,
) => number;

export const LOG_APPEND_TIME = 0x08;
export const TRANSACTIONAL = 0x10;
export const CONTROL = 0x20;

const record = new ByteWriter();
const framed = new ByteWriter();

/** Large enough for any number that a test writes. */
function varLong(value: number): Buffer {
  if (value >= 0 && value < 64) return Buffer.from([2 * value]);
  let rest = (BigInt(value) << 1n) ^ (BigInt(value) >> 63n);
  const bytes: number[] = [];
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

export function encodeRecord(
  { key = null, value = null, headers = [], timestampDelta = 0, offsetDelta }: TestRecord,
  index = 0,
): Buffer {
  record.reset();
  record
    .int8(0)
    .bytes(varLong(timestampDelta))
    .varInt(offsetDelta ?? index);
  record.varField(key).varField(value).varInt(headers.length);
  for (const [name, content] of headers) record.varField(name).varField(content);
  return prefixLength(record.written);
}

/** As a record stands among others. */
export function prefixLength(bytes: Buffer): Buffer {
  framed.reset();
  return Buffer.from(framed.varInt(bytes.length).bytes(bytes).written);
}

export const encodeRecords = (records: readonly TestRecord[]): Buffer =>
  Buffer.concat(records.map(encodeRecord));

export function encodeBatch(batch: TestBatch): Buffer {
  const { records = [], codec = 0, flags = 0, firstTimestamp = 0n, producerId = -1n } = batch;
  const bytes = batch.compressed ?? compress(codec, encodeRecords(records));
  const body = new ByteWriter();
  body.int16(codec | flags).int32(batch.lastOffsetDelta ?? Math.max(0, records.length - 1));
  body.int64(firstTimestamp).int64(batch.maxTimestamp ?? firstTimestamp);
  body.int64(producerId).int16(0).int32(0);
  body.int32(batch.recordCount ?? records.length).bytes(bytes);
  const out = new ByteWriter();
  out.int64(BigInt(batch.firstOffset ?? 0)).int32(4 + 1 + 4 + body.length);
  out
    .int32(0)
    .int8(batch.magic ?? 2)
    .uint32(batch.crc ?? crc32c(body.written));
  return Buffer.from(out.bytes(body.written).written);
}

const compress = (codec: number, bytes: Buffer): Buffer => (codec === 1 ? gzipSync(bytes) : bytes);

/** Ends a transaction of that producer. */
export const encodeMarker = (
  firstOffset: number,
  producerId: bigint,
  type: 'abort' | 'commit',
): Buffer =>
  encodeBatch({
    firstOffset,
    producerId,
    flags: CONTROL | TRANSACTIONAL,
    records: [{ key: Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]), value: Buffer.alloc(6) }],
  });

export interface TestPartition {
  readonly partition?: number;
  readonly aborted?: readonly { readonly producerId: bigint; readonly firstOffset: number }[];
  readonly batches: Buffer;
}

/** A response of version 11 for one topic. */
export function encodeFetchResponse(topic: string, partitions: readonly TestPartition[]): Buffer {
  const out = new ByteWriter();
  out.int32(0).int16(0).int32(7).int32(1).nullableString(topic).int32(partitions.length);
  for (const [index, { partition = index, aborted = [], batches }] of partitions.entries()) {
    out.int32(partition).int16(0).int64(100n).int64(99n).int64(0n).int32(aborted.length);
    for (const one of aborted) out.int64(one.producerId).int64(BigInt(one.firstOffset));
    out.int32(-1).int32(batches.length).bytes(batches);
  }
  return Buffer.from(out.written);
}
