import { randomUUID } from 'node:crypto';
import { BoundedChannel } from './bounded-channel.js';
import type { ServerState } from './server-state.js';
import type { LogRecord } from './log-record.js';
import { answerOf } from './links.js';
import {
  caughtUpMessage,
  checkpointMessage,
  confirmationMessage,
  type LogPosition,
} from './messages.js';
import type { ReadRequest } from './read-request.js';
import type { Reader } from './reader.js';
import { handlerFailed, operationTimedOut, streamDeleted } from './rpc-errors.js';
import { SubscriptionSource } from './subscription-source.js';
import { SYSTEM_TYPES } from './system-names.js';
import type { streams } from './definitions.js';

/** What waits for a subscriber at most, behind what the connection itself holds. */
export const LIVE_BUFFER = 32;
/** After so many events that were committed at once, who sends them is given a turn. */
const TURN = 8;
/** How often a stream that is not there is looked for. */
const NO_STREAM_PAUSE_MS = 50;

export interface Outgoing {
  readonly message: streams.ReadResp;
  /** Set for an event, absent for any other message. */
  readonly record?: LogRecord;
}

/**
 * A catch-up subscription as 23.10 does it: pages of what is there, "caught up" once, and then
 * whatever is committed, through a buffer of 32. Who does not keep up is dropped.
 */
export class Subscription {
  protected readonly source: SubscriptionSource;
  protected readonly out: BoundedChannel<Outgoing>;
  /** Events looked at since the last checkpoint. */
  protected considered = 0;
  #isConfirmed = false;

  constructor(
    protected readonly state: ServerState,
    protected readonly request: ReadRequest,
    protected readonly reader: Reader,
  ) {
    this.source = new SubscriptionSource(state, request);
    this.out = new BoundedChannel(LIVE_BUFFER, reader.gone);
  }

  async run(): Promise<void> {
    void this.produce().catch((error: unknown) => this.out.fail(error));
    for (;;) {
      const { message, record } = await this.out.take();
      if (record === undefined) await this.reader.send(message);
      else await this.reader.sendEvent(message);
      if (record !== undefined && this.request.stream !== null) this.#endAtTombstone(record);
    }
  }

  protected async produce(): Promise<void> {
    const first = this.source.firstIndex();
    // As the real server's constructor, which reads one event there and throws.
    if (!this.source.beginsAtRecordBoundary) throw handlerFailed();
    if (this.request.from.kind === 'end') return this.#goLive(first);
    let begin: LogPosition =
      this.request.from.kind === 'start'
        ? { commit: 0, prepare: 0 }
        : this.source.boundaryAt(first);
    for (let index = first; ;) {
      await this.#untilFound();
      const page = this.source.page(index);
      await this.confirm();
      for (const record of page.records) await this.out.write(this.eventOf(record));
      this.considered += page.considered;
      if (page.isEnd) return this.#goLive(page.next);
      await this.#checkpointIfDue(page.records.at(-1), begin);
      begin = this.source.boundaryAt(page.next);
      index = page.next;
    }
  }

  protected async confirm(): Promise<void> {
    if (this.#isConfirmed) return;
    this.#isConfirmed = true;
    await this.out.write({ message: confirmationMessage(randomUUID()) });
  }

  protected eventOf(record: LogRecord): Outgoing {
    const { log, nowMs } = this.state;
    return { message: answerOf(log, record, this.request, nowMs()), record };
  }

  /** A stream that does not exist is polled for: until it exists, "caught up" is not sent. */
  async #untilFound(): Promise<void> {
    const { stream } = this.request;
    while (stream !== null) {
      if (this.source.isGone) throw streamDeleted(stream);
      if (this.source.isFound) return;
      await this.confirm();
      await new Promise<void>((resolve) => {
        this.state.schedule(NO_STREAM_PAUSE_MS, resolve);
      });
      if (this.reader.gone.aborted) return;
    }
  }

  /** At the last event that was given; where the page had none, at the edge where it began. */
  async #checkpointIfDue(last: LogRecord | undefined, begin: LogPosition): Promise<void> {
    const { filter } = this.request;
    if (filter === null || this.considered < filter.checkpointEvery) return;
    this.considered %= filter.checkpointEvery;
    const at = last === undefined ? begin : positionOf(last);
    await this.out.write({ message: checkpointMessage(at) });
  }

  async #goLive(from: number): Promise<void> {
    await this.confirm();
    const next = await this.#giveMissed(from);
    await this.out.write({ message: caughtUpMessage() });
    const live = new BoundedChannel<Outgoing>(LIVE_BUFFER, this.reader.gone);
    const pumped = this.#pump(live);
    await Promise.race([pumped, this.#listen(next, live)]);
  }

  /** What was committed while the last page was sent goes straight into the buffer. */
  async #giveMissed(from: number): Promise<number> {
    let index = from;
    for (; index < this.source.length; index += 1) {
      const record = this.source.at(index);
      if (record === undefined || !this.source.matches(record)) continue;
      if (!this.out.tryWrite(this.eventOf(record))) throw tooSlow('transitioning to live');
      if (index % TURN === 0) await turn();
    }
    return index;
  }

  async #pump(live: BoundedChannel<Outgoing>): Promise<void> {
    for (;;) await this.out.write(await live.take());
  }

  async #listen(from: number, live: BoundedChannel<Outgoing>): Promise<void> {
    for (let index = from; !this.reader.gone.aborted;) {
      const record = this.source.at(index);
      if (record === undefined) {
        await this.state.log.waitForGrowth(this.reader.gone);
        continue;
      }
      index += 1;
      for (const outgoing of this.liveItemsOf(record)) {
        if (!live.tryWrite(outgoing)) throw tooSlow('live');
      }
      if (index % TURN === 0) await turn();
    }
  }

  /** The event where it matches, and a checkpoint where one is due, at the event itself. */
  protected *liveItemsOf(record: LogRecord): Iterable<Outgoing> {
    if (this.source.matches(record)) yield this.eventOf(record);
    const { filter } = this.request;
    if (filter === null) return;
    this.considered += 1;
    if (this.considered < filter.checkpointEvery) return;
    this.considered = 0;
    yield { message: checkpointMessage(positionOf(record)) };
  }

  /** By its type: an event of a client that is called so ends the subscription too. */
  #endAtTombstone({ stream, type }: LogRecord): void {
    if (type === SYSTEM_TYPES.streamDeleted) this.out.fail(streamDeleted(stream));
  }
}

export const positionOf = ({ position }: LogRecord): LogPosition => ({
  commit: position,
  prepare: position,
});

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const tooSlow = (state: string) =>
  operationTimedOut(
    `Consumer too slow to handle event while ${state}. Client resubscription required.`,
  );
