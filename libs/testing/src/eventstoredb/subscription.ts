import { randomUUID } from 'node:crypto';
import type { Double } from './double.js';
import type { LogRecord } from './event-log.js';
import { answerOf } from './links.js';
import { caughtUpMessage, checkpointMessage, confirmationMessage } from './messages.js';
import type { ReadRequest } from './read-request.js';
import type { Reader } from './reader.js';
import { streamDeleted } from './rpc-errors.js';
import { visibilityOf } from './visible.js';

/**
 * A catch-up subscription: everything behind where it begins (exclusive, in a stream as in `$all`),
 * "caught up" once, and then whatever is written, until the client goes.
 */
export class Subscription {
  readonly #records: () => readonly LogRecord[];
  #next: number;
  #isLive = false;
  #sinceCheckpoint = 0;
  #lastPosition: number | undefined;

  constructor(
    private readonly double: Double,
    private readonly request: ReadRequest,
    private readonly reader: Reader,
  ) {
    const { log } = double;
    const { stream } = request;
    this.#records = () => (stream === null ? log.records : log.streamOf(stream));
    this.#next = this.#firstIndex();
  }

  async run(): Promise<void> {
    await this.reader.send(confirmationMessage(randomUUID()));
    while (!this.reader.gone.aborted) {
      const record = this.#records()[this.#next];
      if (record !== undefined) {
        this.#next += 1;
        await this.#give(record);
      } else if (!this.#isLive) {
        this.#isLive = true;
        await this.#catchUp();
      } else {
        await this.double.log.grown(this.reader.gone);
      }
    }
  }

  async #give(record: LogRecord): Promise<void> {
    const { log, nowMs } = this.double;
    const { stream, filter, resolveLinks } = this.request;
    if (stream !== null && log.isTombstoned(stream)) throw streamDeleted(stream);
    if (this.#isToBeSeen(record) && (filter === null || filter.matches(record))) {
      await this.reader.sendEvent(answerOf(log, record, resolveLinks, nowMs()));
    }
    if (filter === null) return;
    this.#lastPosition = record.position;
    this.#sinceCheckpoint += 1;
    if (this.#sinceCheckpoint >= filter.checkpointEvery) await this.#checkpoint();
  }

  /** What comes while it listens is given, whatever a limit on the stream would hide later. */
  #isToBeSeen(record: LogRecord): boolean {
    const { stream } = this.request;
    if (stream === null || this.#isLive) return true;
    return visibilityOf(this.double.log, stream, this.double.nowMs())(record);
  }

  async #catchUp(): Promise<void> {
    if (this.#sinceCheckpoint > 0) await this.#checkpoint();
    await this.reader.send(caughtUpMessage());
  }

  async #checkpoint(): Promise<void> {
    this.#sinceCheckpoint = 0;
    await this.reader.send(checkpointMessage(this.#lastPosition ?? 0));
  }

  #firstIndex(): number {
    const { from, stream } = this.request;
    if (from.kind === 'start') return 0;
    if (from.kind === 'end') return this.#records().length;
    return stream === null ? this.double.log.indexAt(from.at + 1) : from.at + 1;
  }
}
