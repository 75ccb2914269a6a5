import type { EventLog } from './event-log.js';
import type { LogRecord } from './log-record.js';
import type { RecentIds } from './recent-ids.js';
import { isSoftDeleted } from './stream-metadata.js';
import { isMetaStream, originalOf } from './system-names.js';
import { isReadable } from './visibility.js';

export type Expected = 'any' | 'no-stream' | 'stream-exists' | number;

export type CommitCheck =
  | { readonly kind: 'ok'; readonly current: number; readonly isSoftDeleted: boolean }
  /** Null: its last event cannot be read any more, and so its position is not returned. */
  | { readonly kind: 'repeated'; readonly revision: number; readonly position: number | null }
  /** It repeats what is not committed yet: such a request is dropped, and so is its answer. */
  | { readonly kind: 'dropped' }
  | { readonly kind: 'wrong-version'; readonly current: number }
  | { readonly kind: 'deleted' };

/** Decides on every write, as `IndexWriter.CheckCommit` of the server does. */
export class CommitChecker {
  constructor(
    private readonly log: EventLog,
    private readonly recent: RecentIds,
    private readonly nowMs: () => number,
    private readonly repeatsCarryPosition: boolean,
  ) {}

  check(stream: string, expected: Expected, ids: readonly string[]): CommitCheck {
    const { written } = this.log;
    if (written.isTombstoned(stream) || this.#isGoneWithItsStream(stream)) {
      return { kind: 'deleted' };
    }
    const current = written.lastRevisionOf(stream);
    if (expected === 'stream-exists') {
      if (isSoftDeleted(written, stream)) return { kind: 'deleted' };
      const exists = current >= 0 || written.metadataRecordOf(stream) !== undefined;
      if (!exists) return { kind: 'wrong-version', current };
    }
    return expected === 'any' || expected === 'stream-exists'
      ? this.#checkRecent(stream, current, ids)
      : this.#checkExact(stream, current, expected === 'no-stream' ? -1 : expected, ids);
  }

  /**
   * The metadata of a tombstoned stream reads as deleted, and the writer looks there too; unless it
   * remembers the metadata stream itself, from a write since it was started.
   */
  #isGoneWithItsStream(stream: string): boolean {
    if (!isMetaStream(stream) || !this.log.written.isTombstoned(originalOf(stream))) return false;
    return !this.recent.knowsStream(stream);
  }

  /** Exact revision, or no stream: repeats are found in the stream itself, however old. */
  #checkExact(
    stream: string,
    current: number,
    expected: number,
    ids: readonly string[],
  ): CommitCheck {
    const isDeleted = isSoftDeleted(this.log.written, stream);
    if (expected === current) return { kind: 'ok', current, isSoftDeleted: isDeleted };
    const wrong: CommitCheck = { kind: 'wrong-version', current };
    if (expected > current || ids.length === 0) return wrong;
    const there = this.log.written.streamOf(stream).slice(expected + 1, expected + 1 + ids.length);
    if (there[0]?.id !== ids[0]) {
      return expected === -1 && isDeleted ? { kind: 'ok', current, isSoftDeleted: true } : wrong;
    }
    const last = there.at(-1);
    const isRepeat = ids.every((id, i) => there[i]?.id === id);
    return isRepeat && last !== undefined ? this.#repeated(last) : wrong;
  }

  /** Any revision: only what is still remembered counts as a repeat. */
  #checkRecent(stream: string, current: number, ids: readonly string[]): CommitCheck {
    const known = ids.map((id) => this.recent.find(stream, id));
    const last = known.at(-1);
    if (known[0] === undefined) {
      return { kind: 'ok', current, isSoftDeleted: isSoftDeleted(this.log.written, stream) };
    }
    if (known.includes(undefined) || last === undefined) return { kind: 'wrong-version', current };
    return this.#repeated(last);
  }

  #repeated(last: LogRecord): CommitCheck {
    const { stream, revision, position } = last;
    if (this.log.lastRevisionOf(stream) < revision) return { kind: 'dropped' };
    const isKnown = this.repeatsCarryPosition && isReadable(this.log, last, this.nowMs());
    return { kind: 'repeated', revision, position: isKnown ? position : null };
  }
}
