import { ByteWriter } from '../record-batches/byte-writer.js';

// The body of a produce request, version 3 and later: https://kafka.apache.org/protocol#The_Messages_Produce
// and its record batches: https://kafka.apache.org/documentation/#recordbatch

const MAGIC = 2;
/** No compression, the producer's clock, no transaction. */
const ATTRIBUTES = 0;

type Bytes = string | Uint8Array | null;

export interface ProducedMessage {
  readonly key?: Bytes;
  readonly value: Bytes;
  readonly headers?: Readonly<Record<string, Bytes | readonly Bytes[]>>;
}

export interface ProducedPartition {
  readonly partition: number;
  readonly firstSequence: number;
  readonly messages: readonly ProducedMessage[];
}

export interface ProduceRequestData {
  readonly acks: number;
  readonly timeout: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly ProducedPartition[];
  }[];
}

export interface EncodingContext {
  readonly nowMs: number;
  readonly crc32c: (bytes: Uint8Array) => number;
}

export function encodeProduceRequest(produced: ProduceRequestData, terms: EncodingContext): Buffer {
  const { acks, timeout, topicData } = produced;
  const out = new ByteWriter();
  out.nullableString(null).int16(acks).int32(timeout).int32(topicData.length);
  for (const { topic, partitions } of topicData) {
    out.nullableString(topic).int32(partitions.length);
    for (const one of partitions) writePartition(out, one, produced, terms);
  }
  return out.written;
}

const BYTES_BEFORE_CRC = 4 + 1 + 4;
const BYTES_BEFORE_LENGTH = 8 + 4;

function writePartition(
  out: ByteWriter,
  { partition, firstSequence, messages }: ProducedPartition,
  { producerId, producerEpoch }: ProduceRequestData,
  { nowMs, crc32c }: EncodingContext,
): void {
  const body = new ByteWriter();
  const at = BigInt(nowMs);
  body.int16(ATTRIBUTES).int32(messages.length - 1);
  body.int64(at).int64(at).int64(producerId).int16(producerEpoch).int32(firstSequence);
  body.int32(messages.length);
  const record = new ByteWriter();
  for (const [offset, message] of messages.entries()) {
    record.reset();
    writeRecord(record, offset, message);
    body.varInt(record.length).bytes(record.written);
  }
  const length = BYTES_BEFORE_CRC + body.length;
  out.int32(partition).int32(BYTES_BEFORE_LENGTH + length);
  out.int64(0n).int32(length);
  out.int32(0).int8(MAGIC).uint32(crc32c(body.written)).bytes(body.written);
}

function writeRecord(
  record: ByteWriter,
  offset: number,
  { key = null, value, headers = {} }: ProducedMessage,
): void {
  record.int8(0).varInt(0).varInt(offset).varField(key).varField(value);
  const listed: [name: string, value: Bytes][] = [];
  for (const name in headers) {
    const header = headers[name] ?? null;
    if (isList(header)) for (const one of header) listed.push([name, one]);
    else listed.push([name, header]);
  }
  record.varInt(listed.length);
  for (const [name, one] of listed) record.varField(name).varField(one);
}

const isList = (header: Bytes | readonly Bytes[]): header is readonly Bytes[] =>
  Array.isArray(header);
