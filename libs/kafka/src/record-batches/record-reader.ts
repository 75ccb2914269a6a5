import type { HeaderValue, MessageFault, MessageHeaders } from '../ports.js';
import { ByteReader, MalformedRecordsError } from './byte-reader.js';
import type { RecordBatch } from './record-batch.js';

export interface RecordLimits {
  /** A message with more headers, or more bytes of them, counts as undecodable. */
  readonly headersMax: number;
  readonly headerBytesMax: number;
}

export interface KafkaRecord {
  readonly offset: bigint;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: MessageHeaders;
  readonly fault: MessageFault | null;
}

/** The timestamp of a record that has none. */
export const NO_TIMESTAMP = -1;
const NO_HEADERS: MessageHeaders = {};
const EMPTY = Buffer.alloc(0);

type BatchHeader = Pick<
  RecordBatch,
  'firstOffset' | 'lastOffset' | 'firstTimestampMs' | 'appendedAtMs' | 'recordCount'
>;

/**
 * Reads the decompressed records of a batch one by one. The lengths and offsets of all records are
 * checked first, so that a damaged batch delivers no message at all.
 */
export class RecordReader {
  readonly #reader: ByteReader;
  #left: number;

  constructor(
    private readonly batch: BatchHeader,
    records: Buffer,
    private readonly limits: RecordLimits,
  ) {
    checkFrames(batch, records);
    this.#reader = new ByteReader(records);
    this.#left = batch.recordCount;
  }

  get isExhausted(): boolean {
    return this.#left === 0;
  }

  /** The next record whose offset is at least `from`; null: there is none. */
  next(from: bigint): KafkaRecord | null {
    while (this.#left > 0) {
      this.#left--;
      const length = this.#reader.varInt();
      const record = new ByteReader(
        this.#reader.bytes,
        this.#reader.position,
        this.#reader.position + length,
      );
      this.#reader.skip(length);
      const { timestampDelta, offsetDelta } = readDeltas(record);
      const offset = this.batch.firstOffset + BigInt(offsetDelta);
      if (offset >= from) return this.#read(record, offset, timestampDelta);
    }
    return null;
  }

  #read(record: ByteReader, offset: bigint, timestampDelta: number): KafkaRecord {
    const timestampMs = this.batch.appendedAtMs ?? this.batch.firstTimestampMs + timestampDelta;
    const { position: at } = record;
    try {
      const key = record.varField();
      const value = record.varField();
      return { offset, timestampMs, key, value, ...readHeaders(record, this.limits) };
    } catch (error) {
      if (!(error instanceof MalformedRecordsError)) throw error;
      const value = record.bytes.subarray(at, record.end);
      const detail = `the record is malformed: ${error.message}; the value is what can't be read`;
      const fault = { kind: 'undecodable', detail, batch: null } as const;
      return { offset, timestampMs, key: null, value, headers: NO_HEADERS, fault };
    }
  }
}

function checkFrames({ recordCount, firstOffset, lastOffset }: BatchHeader, records: Buffer): void {
  const reader = new ByteReader(records);
  const lastDelta = Number(lastOffset - firstOffset);
  let before = -1;
  for (let left = recordCount; left > 0; left--) {
    const length = reader.varInt();
    const record = new ByteReader(records, reader.position, reader.position + length);
    reader.skip(length);
    const { offsetDelta } = readDeltas(record);
    if (offsetDelta <= before || offsetDelta > lastDelta) {
      throw new MalformedRecordsError('the offsets of its records do not rise, or leave the batch');
    }
    before = offsetDelta;
  }
  if (reader.position !== reader.end)
    throw new MalformedRecordsError('there are bytes after its records');
}

function readDeltas(record: ByteReader): { timestampDelta: number; offsetDelta: number } {
  record.skip(1);
  return { timestampDelta: record.varLong(), offsetDelta: record.varInt() };
}

/** Reads no more headers than allowed, whatever number of them the record claims. */
function readHeaders(
  record: ByteReader,
  { headersMax, headerBytesMax }: RecordLimits,
): { headers: MessageHeaders; fault: MessageFault | null } {
  const count = record.varInt();
  if (count === 0) return { headers: NO_HEADERS, fault: null };
  if (count < 0) throw new MalformedRecordsError('it has less than no headers');
  const bytes = record.end - record.position;
  const found = new Map<string, HeaderValue>();
  let bytesRead = 0;
  for (let read = 0; read < count; read++) {
    if (read === headersMax) break;
    const name = record.varField();
    if (name === null) throw new MalformedRecordsError('a header has no name');
    const value = record.varField() ?? EMPTY;
    bytesRead += name.length + value.length;
    if (bytesRead > headerBytesMax) break;
    addHeader(found, name.toString('utf8'), value);
    if (read === count - 1) return { headers: Object.fromEntries(found), fault: null };
  }
  return {
    headers: Object.fromEntries(found),
    fault: {
      kind: 'headers',
      detail: `the message has ${count} headers in ${bytes} bytes; ${headersMax} in ${headerBytesMax} bytes are allowed, and only the first of them are kept`,
      batch: null,
    },
  };
}

/** A header may have no value, and a name may occur several times. */
function addHeader(headers: Map<string, HeaderValue>, name: string, value: Buffer): void {
  const before = headers.get(name);
  if (before === undefined) headers.set(name, value);
  else if (Array.isArray(before)) (before as Buffer[]).push(value);
  else headers.set(name, [before as Buffer, value]);
}
