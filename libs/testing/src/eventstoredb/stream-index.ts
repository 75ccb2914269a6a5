import type { LogRecord } from './log-record.js';
import { META_STREAM_PREFIX } from './system-names.js';

/** One view of the log: what is committed, or what is written and not yet committed as well. */
export interface LogView {
  streamOf(stream: string): readonly LogRecord[];
  /** -1: nothing was ever written to it. */
  lastRevisionOf(stream: string): number;
  isTombstoned(stream: string): boolean;
  /** The newest metadata of a stream, unparsed. */
  metadataRecordOf(stream: string): LogRecord | undefined;
}

const NOTHING: readonly LogRecord[] = [];

/** Records in the order of the log, and by stream. */
export class StreamIndex implements LogView {
  readonly #records: LogRecord[] = [];
  readonly #streams = new Map<string, LogRecord[]>();
  readonly #tombstoned = new Set<string>();

  get records(): readonly LogRecord[] {
    return this.#records;
  }

  add(record: LogRecord): void {
    const { stream } = record;
    const records = this.#streams.get(stream) ?? [];
    if (records.length === 0) this.#streams.set(stream, records);
    records.push(record);
    this.#records.push(record);
    if (record.isTombstone) this.#tombstoned.add(stream);
  }

  streamOf(stream: string): readonly LogRecord[] {
    return this.#streams.get(stream) ?? NOTHING;
  }

  lastRevisionOf(stream: string): number {
    return this.streamOf(stream).length - 1;
  }

  isTombstoned(stream: string): boolean {
    return this.#tombstoned.has(stream);
  }

  metadataRecordOf(stream: string): LogRecord | undefined {
    return this.streamOf(META_STREAM_PREFIX + stream).at(-1);
  }
}
