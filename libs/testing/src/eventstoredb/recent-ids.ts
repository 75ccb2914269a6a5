import type { LogRecord } from './event-log.js';

const RECENT_IDS_MAX = 10_000;

/**
 * The small memory that an append at "any" revision is checked against. It forgets, so that such a
 * repeat is recognised only with luck: as on the real server.
 */
export class RecentIds {
  readonly #records = new Map<string, LogRecord>();

  constructor(private readonly max: number = RECENT_IDS_MAX) {}

  find(stream: string, id: string): LogRecord | undefined {
    const record = this.#records.get(id);
    return record?.stream === stream ? record : undefined;
  }

  remember(record: LogRecord): void {
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
  }
}
