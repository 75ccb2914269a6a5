import type { LogRecord } from './log-record.js';
import { isMetaStream } from './system-names.js';

const RECENT_IDS_MAX = 10_000;

/**
 * The bounded window of recent ids that an append at "any" revision is checked against. An older
 * repeat is not recognised, as on the real server.
 */
export class RecentIds {
  readonly #records = new Map<string, LogRecord>();
  readonly #metaStreams = new Set<string>();

  constructor(private readonly max: number = RECENT_IDS_MAX) {}

  find(stream: string, id: string): LogRecord | undefined {
    const record = this.#records.get(id);
    return record?.stream === stream ? record : undefined;
  }

  /** Whether a metadata stream was written to since the server was started. */
  knowsStream(metaStream: string): boolean {
    return this.#metaStreams.has(metaStream);
  }

  remember(record: LogRecord): void {
    if (isMetaStream(record.stream)) this.#metaStreams.add(record.stream);
    this.#records.delete(record.id);
    this.#records.set(record.id, record);
    if (this.#records.size <= this.max) return;
    for (const oldest of this.#records.keys()) {
      this.#records.delete(oldest);
      return;
    }
  }

  forget(): void {
    this.#records.clear();
    this.#metaStreams.clear();
  }
}
