import { BoundedChannel } from './bounded-channel.js';
import {
  caughtUpMessage,
  checkpointMessage,
  fellBehindMessage,
  type LogPosition,
} from './messages.js';
import { invalidPosition, streamDeleted } from './rpc-errors.js';
import { LIVE_BUFFER, positionOf, Subscription, turn, type Outgoing } from './subscription.js';

interface LiveItem {
  readonly sequence: number;
  readonly outgoing: Outgoing;
  readonly index: number;
}

const TURN = 8;

/**
 * A catch-up subscription as servers do it since 24.2: it says a checkpoint when it has caught up, and
 * a slow subscriber is told that it fell behind and is served from pages again, but not dropped.
 */
export class SubscriptionSince24 extends Subscription {
  #next = 0;
  #lastCheckpoint = -1;
  /** The last event that was given. */
  #given: LogPosition | null = null;

  protected override async produce(): Promise<void> {
    const { stream } = this.request;
    if (stream !== null && this.source.isGone) throw streamDeleted(stream);
    if (!this.source.beginsAtRecordBoundary) throw invalidPosition(this.state.version);
    this.#next = this.source.firstIndex();
    const live = new BoundedChannel<LiveItem>(LIVE_BUFFER, this.reader.gone);
    const listened = this.#listen(live);
    await this.confirm();
    const served = this.#serve(live);
    await Promise.race([listened, served]);
  }

  async #serve(live: BoundedChannel<LiveItem>): Promise<void> {
    let sequence = 0;
    if (this.#next < this.source.length) await this.#catchUp();
    for (;;) {
      await this.out.write({ message: caughtUpMessage() });
      sequence = await this.#giveLive(live, sequence);
      await this.#catchUp();
    }
  }

  async #catchUp(): Promise<void> {
    let begin = this.source.boundaryAt(this.#next);
    this.considered = 0;
    for (;;) {
      const { stream, filter } = this.request;
      if (stream !== null && this.source.isGone) throw streamDeleted(stream);
      if (!this.source.isFound) return;
      const page = this.source.page(this.#next);
      for (const record of page.records) await this.#give(this.eventOf(record));
      this.#next = page.next;
      this.considered += page.considered;
      const at = page.records.at(-1);
      const isDue = filter !== null && this.considered >= filter.checkpointEvery;
      if (page.isEnd || isDue) {
        await this.#checkpoint(at === undefined ? begin : positionOf(at));
      }
      if (page.isEnd) return;
      if (isDue) this.considered %= filter.checkpointEvery;
      begin = this.source.boundaryAt(page.next);
    }
  }

  /** Returns when something was lost from the buffer, with the number that it had come to. */
  async #giveLive(live: BoundedChannel<LiveItem>, from: number): Promise<number> {
    let sequence = from;
    for (;;) {
      const item = await live.take();
      const isNext = item.sequence === sequence + 1;
      sequence = item.sequence;
      if (item.index < this.#next) continue;
      if (!isNext) {
        await this.out.write({ message: fellBehindMessage() });
        if (this.#given !== null) await this.#checkpoint(this.#given);
        return sequence;
      }
      await this.#give(item.outgoing);
      this.#next = item.index + 1;
    }
  }

  /** Everything that is committed, whether it is waited for or served from pages meanwhile. */
  async #listen(live: BoundedChannel<LiveItem>): Promise<void> {
    let sequence = 0;
    for (let index = this.source.length; !this.reader.gone.aborted;) {
      const record = this.source.at(index);
      if (record === undefined) {
        await this.state.log.waitForGrowth(this.reader.gone);
        continue;
      }
      for (const outgoing of this.liveItemsOf(record)) {
        live.writeOverOldest({ sequence: (sequence += 1), outgoing, index });
      }
      index += 1;
      if (index % TURN === 0) await turn();
    }
  }

  async #give(outgoing: Outgoing): Promise<void> {
    await this.out.write(outgoing);
    if (outgoing.record !== undefined) this.#given = positionOf(outgoing.record);
  }

  /** Never the same one twice, nor an earlier one. */
  async #checkpoint(at: LogPosition): Promise<void> {
    if (this.request.filter === null || at.commit <= this.#lastCheckpoint) return;
    this.#lastCheckpoint = at.commit;
    await this.out.write({ message: checkpointMessage(at) });
  }
}
