import { randomUUID } from 'node:crypto';
import type { CommitCheck, CommitChecker, Expected } from './commit-check.js';
import type { EventLog } from './event-log.js';
import type { LogRecord, ProposedEvent } from './log-record.js';
import type { RecentIds } from './recent-ids.js';
import { isSoftDeleted, withTruncateBefore } from './stream-metadata.js';
import {
  DELETED_REVISION,
  isMetaStream,
  META_STREAM_PREFIX,
  originalOf,
  SYSTEM_TYPES,
} from './system-names.js';

export type { Expected } from './commit-check.js';

export type WriteOutcome =
  | { readonly kind: 'written'; readonly revision: number; readonly position: number | null }
  | Exclude<CommitCheck, { kind: 'ok' }>;

/** Performs writes, with the system events that the server adds to them. */
export class StreamWriter {
  constructor(
    private readonly log: EventLog,
    private readonly recent: RecentIds,
    private readonly checker: CommitChecker,
  ) {}

  write(stream: string, expected: Expected, events: readonly ProposedEvent[]): WriteOutcome {
    const ids = events.map(({ id }) => id);
    const check = this.checker.check(stream, expected, ids);
    if (check.kind !== 'ok') return check;
    const bringsBackOriginal =
      isMetaStream(stream) && isSoftDeleted(this.log.written, originalOf(stream));
    let last: LogRecord | undefined;
    for (const event of events) last = this.#append(stream, event);
    if (check.isSoftDeleted) this.#bringBack(stream, check.current + 1);
    if (bringsBackOriginal) {
      const original = originalOf(stream);
      this.#bringBack(original, this.log.written.lastRevisionOf(original) + 1);
    }
    return {
      kind: 'written',
      revision: last?.revision ?? check.current,
      position: last?.position ?? null,
    };
  }

  /** Hides all there is of a stream: it may be written again, and goes on counting. */
  softDelete(stream: string, expected: Expected): WriteOutcome {
    const refused = this.#refusalToDelete(stream, expected);
    if (refused !== null) return refused;
    const { written } = this.log;
    const hasMetadata = written.metadataRecordOf(stream) !== undefined;
    if (written.lastRevisionOf(stream) < 0 && !hasMetadata) {
      return { kind: 'wrong-version', current: -1 };
    }
    const data = Buffer.from(`{"$tb":${DELETED_REVISION}}`);
    return writtenAs(this.#append(META_STREAM_PREFIX + stream, metadataEvent(data)));
  }

  /** The end of a stream, be it there or not, for ever. */
  tombstone(stream: string, expected: Expected): WriteOutcome {
    const refused = this.#refusalToDelete(stream, expected);
    if (refused !== null) return refused;
    const event: ProposedEvent = {
      id: randomUUID(),
      type: SYSTEM_TYPES.streamDeleted,
      contentType: 'application/octet-stream',
      data: new Uint8Array(),
      meta: new Uint8Array(),
    };
    return writtenAs(this.#append(stream, event, true));
  }

  /** A delete is checked as a write of one new event is. */
  #refusalToDelete(stream: string, expected: Expected): WriteOutcome | null {
    const check = this.checker.check(stream, expected, [randomUUID()]);
    return check.kind === 'ok' ? null : check;
  }

  #append(stream: string, event: ProposedEvent, isTombstone = false): LogRecord {
    const record = this.log.append(stream, event, isTombstone);
    this.recent.remember(record);
    return record;
  }

  /** The newest metadata once more, with a `$tb` that still hides what was deleted. */
  #bringBack(stream: string, from: number): void {
    const metadata = this.log.written.metadataRecordOf(stream);
    const data = metadata === undefined ? null : withTruncateBefore(metadata.data, from);
    if (data !== null) this.#append(META_STREAM_PREFIX + stream, metadataEvent(data));
  }
}

const metadataEvent = (data: Uint8Array): ProposedEvent => ({
  id: randomUUID(),
  type: SYSTEM_TYPES.metadata,
  contentType: 'application/json',
  data,
  meta: new Uint8Array(),
});

const writtenAs = ({ revision, position }: LogRecord): WriteOutcome => ({
  kind: 'written',
  revision,
  position,
});
