import type { LogRecord } from './log-record.js';
import type { LogView, StreamIndex } from './stream-index.js';
import { META_STREAM_PREFIX } from './system-names.js';

interface CommitWaiter {
  readonly position: number;
  readonly done: () => void;
}

/**
 * Records that are written and not yet committed. As a view of the log it shows them behind the
 * committed ones: so the writer sees both of two appends to one stream before either is committed.
 */
export class PendingRecords implements LogView {
  #records: LogRecord[] = [];
  #waiters: CommitWaiter[] = [];
  /** Positions from which on nothing is committed, one for each hold. */
  #holds: { readonly from: number }[] = [];

  constructor(private readonly committed: StreamIndex) {}

  add(record: LogRecord): void {
    this.#records.push(record);
  }

  hold(from: number): () => void {
    const hold = { from };
    this.#holds.push(hold);
    return () => {
      this.#holds = this.#holds.filter((other) => other !== hold);
    };
  }

  releaseAll(): void {
    this.#holds = [];
    this.#waiters = [];
  }

  isCommitted(position: number): boolean {
    return position < (this.#records[0]?.position ?? Infinity);
  }

  onCommitted(position: number, done: () => void): void {
    this.#waiters.push({ position, done });
  }

  /** Commits what nothing holds back, in order; says whether there was any. */
  commit(): boolean {
    const heldFrom = Math.min(...this.#holds.map(({ from }) => from));
    const free = this.#records.filter(({ position }) => position < heldFrom);
    if (free.length === 0) return false;
    this.#records = this.#records.slice(free.length);
    for (const record of free) this.committed.add(record);
    this.#answerWaiters();
    return true;
  }

  streamOf(stream: string): readonly LogRecord[] {
    const committed = this.committed.streamOf(stream);
    if (this.#records.length === 0) return committed;
    return [...committed, ...this.#pendingOf(stream)];
  }

  lastRevisionOf(stream: string): number {
    return this.committed.lastRevisionOf(stream) + this.#pendingOf(stream).length;
  }

  isTombstoned(stream: string): boolean {
    return (
      this.committed.isTombstoned(stream) ||
      this.#pendingOf(stream).some((record) => record.isTombstone)
    );
  }

  metadataRecordOf(stream: string): LogRecord | undefined {
    return (
      this.#pendingOf(META_STREAM_PREFIX + stream).at(-1) ?? this.committed.metadataRecordOf(stream)
    );
  }

  #pendingOf(stream: string): readonly LogRecord[] {
    if (this.#records.length === 0) return this.#records;
    return this.#records.filter((record) => record.stream === stream);
  }

  #answerWaiters(): void {
    const first = this.#records[0]?.position ?? Infinity;
    const committed = this.#waiters.filter(({ position }) => position < first);
    this.#waiters = this.#waiters.filter(({ position }) => position >= first);
    for (const { done } of committed) done();
  }
}
