import { META_STREAM_PREFIX, SYSTEM_TYPES } from './system-names.js';

/** An event on its way in. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly meta: Uint8Array;
}

export interface LogRecord extends ProposedEvent {
  readonly stream: string;
  readonly revision: number;
  /** Where it begins in the log: a byte offset, as on the real server, so never dense. */
  readonly position: number;
  readonly createdAtMs: number;
}

const RECORD_OVERHEAD_BYTES = 96;
const NOTHING: readonly LogRecord[] = [];

/** Everything the double holds, in the order it was written; it outlives a stop of the server. */
export class EventLog {
  readonly #records: LogRecord[] = [];
  readonly #streams = new Map<string, LogRecord[]>();
  readonly #tombstoned = new Set<string>();
  readonly #waiting = new Set<() => void>();
  #end = 0;

  constructor(private readonly nowMs: () => number) {}

  get records(): readonly LogRecord[] {
    return this.#records;
  }

  streamOf(stream: string): readonly LogRecord[] {
    return this.#streams.get(stream) ?? NOTHING;
  }

  isTombstoned(stream: string): boolean {
    return this.#tombstoned.has(stream);
  }

  /** -1: nothing was ever written to it. */
  lastRevisionOf(stream: string): number {
    return this.streamOf(stream).length - 1;
  }

  /** The newest metadata of a stream, unparsed. */
  metadataRecordOf(stream: string): LogRecord | undefined {
    return this.streamOf(META_STREAM_PREFIX + stream).at(-1);
  }

  append(stream: string, event: ProposedEvent): LogRecord {
    const records = this.#streams.get(stream) ?? [];
    if (records.length === 0) this.#streams.set(stream, records);
    const record: LogRecord = {
      ...event,
      stream,
      revision: records.length,
      position: this.#end,
      createdAtMs: this.nowMs(),
    };
    this.#end += RECORD_OVERHEAD_BYTES + stream.length + event.data.length + event.meta.length;
    records.push(record);
    this.#records.push(record);
    if (event.type === SYSTEM_TYPES.streamDeleted) this.#tombstoned.add(stream);
    this.#wake();
    return record;
  }

  /** Index of the first record at or behind a position. */
  indexAt(position: number): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#records[middle]?.position ?? Infinity) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Resolves when something is appended, or when `signal` aborts. */
  async grown(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
