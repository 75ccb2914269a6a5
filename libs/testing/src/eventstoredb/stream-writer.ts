import { randomUUID } from 'node:crypto';
import type { EventLog, LogRecord, ProposedEvent } from './event-log.js';
import type { RecentIds } from './recent-ids.js';
import { isSoftDeleted, withTruncateBefore } from './stream-metadata.js';
import { META_STREAM_PREFIX, SYSTEM_TYPES } from './system-names.js';
import { isReadable } from './visible.js';

export type Expected = 'any' | 'no-stream' | 'stream-exists' | number;

export type WriteOutcome =
  | { readonly kind: 'written'; readonly revision: number; readonly position: number | null }
  /** null: where it was written is not said, since its last event can't be read any more. */
  | { readonly kind: 'repeated'; readonly revision: number; readonly position: number | null }
  /** It repeats what is not committed yet: such a request is dropped, and so is its answer. */
  | { readonly kind: 'dropped' }
  | { readonly kind: 'wrong-version'; readonly current: number }
  | { readonly kind: 'deleted' };

/** Decides on every append, as the real server's index writer does. */
export class StreamWriter {
  constructor(
    private readonly log: EventLog,
    private readonly recent: RecentIds,
    private readonly nowMs: () => number,
    private readonly repeatsCarryPosition: boolean,
  ) {}

  write(stream: string, expected: Expected, events: readonly ProposedEvent[]): WriteOutcome {
    const refused = this.#refusal(stream, expected);
    if (refused !== null) return refused;
    const current = this.log.written.lastRevisionOf(stream);
    const earlier =
      typeof expected === 'number' || expected === 'no-stream'
        ? this.#checkExact(stream, expected === 'no-stream' ? -1 : expected, events)
        : this.#checkRecent(stream, events);
    return earlier ?? this.#commit(stream, current, events);
  }

  /** What only a check of the revision says, for deletes. */
  check(stream: string, expected: Expected): WriteOutcome | null {
    const refused = this.#refusal(stream, expected);
    if (refused !== null || expected === 'any' || expected === 'stream-exists') return refused;
    const current = this.log.written.lastRevisionOf(stream);
    const wanted = expected === 'no-stream' ? -1 : expected;
    return wanted === current ? null : { kind: 'wrong-version', current };
  }

  #refusal(stream: string, expected: Expected): WriteOutcome | null {
    if (this.log.written.isTombstoned(stream)) return { kind: 'deleted' };
    if (expected !== 'stream-exists') return null;
    if (isSoftDeleted(this.log.written, stream)) return { kind: 'deleted' };
    const current = this.log.written.lastRevisionOf(stream);
    const exists = current >= 0 || this.log.written.metadataRecordOf(stream) !== undefined;
    return exists ? null : { kind: 'wrong-version', current };
  }

  /** Exact revision, or no stream: repeats are found in the stream itself, however old. */
  #checkExact(
    stream: string,
    expected: number,
    events: readonly ProposedEvent[],
  ): WriteOutcome | null {
    const records = this.log.written.streamOf(stream);
    const current = records.length - 1;
    if (expected === current) return null;
    const wrong: WriteOutcome = { kind: 'wrong-version', current };
    if (expected > current || events.length === 0) return wrong;
    const there = records.slice(expected + 1, expected + 1 + events.length);
    if (there[0]?.id !== events[0]?.id) {
      return expected === -1 && isSoftDeleted(this.log.written, stream) ? null : wrong;
    }
    const last = there.at(-1);
    const isRepeat = events.every((event, i) => there[i]?.id === event.id);
    return isRepeat && last !== undefined ? this.#repeated(last) : wrong;
  }

  /** Any revision: only what is still remembered counts as a repeat. */
  #checkRecent(stream: string, events: readonly ProposedEvent[]): WriteOutcome | null {
    const known = events.map((event) => this.recent.find(stream, event.id));
    const last = known.at(-1);
    if (known[0] === undefined) return null;
    if (known.includes(undefined) || last === undefined) {
      return { kind: 'wrong-version', current: this.log.written.lastRevisionOf(stream) };
    }
    return this.#repeated(last);
  }

  #commit(stream: string, current: number, events: readonly ProposedEvent[]): WriteOutcome {
    const comesBack = events.length > 0 && isSoftDeleted(this.log.written, stream);
    let last: LogRecord | undefined;
    for (const event of events) {
      last = this.log.append(stream, event);
      this.recent.remember(last);
    }
    if (comesBack) this.#undelete(stream, current + 1);
    return {
      kind: 'written',
      revision: last?.revision ?? current,
      position: last?.position ?? null,
    };
  }

  #undelete(stream: string, from: number): void {
    const metadata = this.log.written.metadataRecordOf(stream);
    if (metadata === undefined) return;
    this.log.append(META_STREAM_PREFIX + stream, {
      id: randomUUID(),
      type: SYSTEM_TYPES.metadata,
      contentType: 'application/json',
      data: withTruncateBefore(metadata.data, from),
      meta: new Uint8Array(),
    });
  }

  #repeated(last: LogRecord): WriteOutcome {
    const { stream, revision, position } = last;
    if (this.log.lastRevisionOf(stream) < revision) return { kind: 'dropped' };
    const isKnown = this.repeatsCarryPosition && isReadable(this.log, last, this.nowMs());
    return { kind: 'repeated', revision, position: isKnown ? position : null };
  }
}
