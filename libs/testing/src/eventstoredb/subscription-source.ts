import type { ServerState } from './server-state.js';
import type { LogRecord } from './log-record.js';
import type { LogPosition } from './messages.js';
import type { ReadRequest } from './read-request.js';
import { isFound, isGone, visibilityOf } from './visibility.js';

/** What the server reads at once for a subscription, and looks through without a window of its own. */
export const READ_BATCH_SIZE = 32;

export interface Page {
  readonly records: readonly LogRecord[];
  /** Events looked at, matching or not. */
  readonly considered: number;
  /** Index of the record behind the page. */
  readonly next: number;
  readonly isEnd: boolean;
}

/** What a subscription is to: the whole log, or one stream, by index. */
export class SubscriptionSource {
  constructor(
    private readonly state: ServerState,
    private readonly request: ReadRequest,
  ) {}

  get isGone(): boolean {
    return this.request.stream !== null && isGone(this.state.log, this.request.stream);
  }

  get isFound(): boolean {
    return this.request.stream === null || isFound(this.state.log, this.request.stream);
  }

  get length(): number {
    return this.#all().length;
  }

  at(index: number): LogRecord | undefined {
    return this.#all()[index];
  }

  /** Whether the position to begin behind is one of a record. */
  get beginsAtRecordBoundary(): boolean {
    const { from, stream } = this.request;
    return stream !== null || from.kind !== 'at' || this.state.log.isRecordBoundary(from.at);
  }

  /** Index of the record behind the position where a subscription begins. */
  firstIndex(): number {
    const { from, stream } = this.request;
    if (from.kind === 'start') return 0;
    if (from.kind === 'end') return this.length;
    return stream === null ? this.state.log.indexAt(from.at + 1) : from.at + 1;
  }

  /** The position reported for a page that begins at an index: the boundary before its first record. */
  boundaryAt(index: number): LogPosition {
    const commit = this.at(index)?.position ?? this.state.log.end;
    return { commit, prepare: 0 };
  }

  matches(record: LogRecord): boolean {
    return this.request.filter === null || this.request.filter.matches(record);
  }

  page(from: number): Page {
    const { filter, stream } = this.request;
    const window = filter?.window ?? Infinity;
    const isVisible =
      stream === null ? () => true : visibilityOf(this.state.log, stream, this.state.nowMs());
    const records: LogRecord[] = [];
    let considered = 0;
    let next = from;
    for (; records.length < READ_BATCH_SIZE && considered < window; next += 1) {
      const record = this.at(next);
      if (record === undefined) return { records, considered, next, isEnd: true };
      considered += 1;
      if (isVisible(record) && this.matches(record)) records.push(record);
    }
    return { records, considered, next, isEnd: false };
  }

  #all(): readonly LogRecord[] {
    const { log } = this.state;
    return this.request.stream === null ? log.records : log.streamOf(this.request.stream);
  }
}
