import { ConditionVariable } from '#async';
import { PendingRecords } from './pending-records.js';
import type { LogRecord, ProposedEvent } from './log-record.js';
import { SYSTEM_TYPES } from './system-names.js';
import { StreamIndex, type LogView } from './stream-index.js';

/** What an event leaves in the log beside its own bytes: a record's header, lengths and suffix. */
const RECORD_OVERHEAD_BYTES = 96;

/**
 * Everything the double holds, in the order it was written; it outlives a stop of the server. Readers
 * see what is committed, and that alone. The writer decides by what is written: an append is written
 * at once and committed a moment later, in the log's order, as on a cluster that replicates it first.
 */
export class EventLog implements LogView {
  /** What the writer decides by: committed, or written and not yet committed. */
  readonly written: LogView;
  readonly #committed = new StreamIndex();
  readonly #pending = new PendingRecords(this.#committed);
  readonly #grown = new ConditionVariable();
  #end = 0;

  constructor(private readonly nowMs: () => number) {
    this.written = this.#pending;
  }

  /** Where the next record will begin. */
  get end(): number {
    return this.#end;
  }

  get records(): readonly LogRecord[] {
    return this.#committed.records;
  }

  streamOf(stream: string): readonly LogRecord[] {
    return this.#committed.streamOf(stream);
  }

  isTombstoned(stream: string): boolean {
    return this.#committed.isTombstoned(stream);
  }

  lastRevisionOf(stream: string): number {
    return this.#committed.lastRevisionOf(stream);
  }

  metadataRecordOf(stream: string): LogRecord | undefined {
    return this.#committed.metadataRecordOf(stream);
  }

  /** A test that writes `$streamDeleted` here means the tombstone; an event of a client does not. */
  append(
    stream: string,
    event: ProposedEvent,
    isTombstone = event.type === SYSTEM_TYPES.streamDeleted,
  ): LogRecord {
    const record: LogRecord = {
      ...event,
      isTombstone,
      stream,
      revision: this.written.lastRevisionOf(stream) + 1,
      position: this.#end,
      createdAtMs: this.nowMs(),
    };
    this.#end += RECORD_OVERHEAD_BYTES + stream.length + event.data.length + event.meta.length;
    this.#pending.add(record);
    if (this.#pending.commit()) this.#grown.notifyAll();
    return record;
  }

  /** What is written from now on is not committed before the returned function is called. */
  holdCommits(): () => void {
    const release = this.#pending.hold(this.#end);
    return () => {
      release();
      if (this.#pending.commit()) this.#grown.notifyAll();
    };
  }

  isCommitted(position: number): boolean {
    return this.#pending.isCommitted(position);
  }

  /** Calls back once everything up to a position is committed. */
  onCommitted(position: number, done: () => void): void {
    this.#pending.onCommitted(position, done);
  }

  /** A restart: what is written is on disk and is committed, and no call waits for it any more. */
  commitAll(): void {
    this.#pending.releaseAll();
    if (this.#pending.commit()) this.#grown.notifyAll();
  }

  /** Whether a record begins there, or the log ends in front of it. */
  isRecordBoundary(position: number): boolean {
    const record = this.records[this.indexAt(position)];
    return record === undefined || record.position === position;
  }

  /** Index of the first record at or behind a position. */
  indexAt(position: number): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.records[middle]?.position ?? Infinity) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Resolves when something is appended, or when `signal` aborts. */
  waitForGrowth(signal: AbortSignal): Promise<void> {
    return this.#grown.wait({ signal });
  }
}
