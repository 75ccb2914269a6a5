import { TOPICS } from '#contracts';
import type {
  IncomingMessage,
  IncomingMessages,
  MessageHandler,
  OutcomeSink,
  OutgoingMessage,
} from '#kafka';
import type { SeededRandom } from '#testing';
import type { Published } from './commands.js';

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A simulated broker with partitions, offsets, generations, outcomes and dead letters. */
export class SimulatedKafka {
  readonly #partitions: IncomingMessage[][];
  readonly #committed: number[];
  /** The owner of each partition, which alone may commit. */
  readonly #owners: (SimulatedMember | null)[];
  readonly sent: OutgoingMessage[] = [];
  /** The rate of faults, which is set to 0 when they stop. */
  trouble = 1;

  constructor(
    private readonly dice: SeededRandom,
    partitions: number,
  ) {
    this.#partitions = Array.from({ length: partitions }, () => []);
    this.#committed = new Array<number>(partitions).fill(0);
    this.#owners = new Array<SimulatedMember | null>(partitions).fill(null);
  }

  publish({ key, value, headers, timestampMs }: Published): void {
    const number = Buffer.from(key).reduce((sum, byte) => sum + byte, 0) % this.#partitions.length;
    const partition = this.#partitions[number] ?? [];
    partition.push({
      topic: TOPICS.commands,
      partition: number,
      offset: String(partition.length),
      key: Buffer.from(key),
      value: Buffer.from(value),
      headers,
      timestampMs,
    });
  }

  get messages(): readonly IncomingMessage[] {
    return this.#partitions.flat();
  }

  get isDone(): boolean {
    return this.#partitions.every((log, number) => this.#committed[number] === log.length);
  }

  committedOf(partition: number): number {
    return this.#committed[partition] ?? 0;
  }

  fetch(partition: number, from: number): IncomingMessage[] {
    return (this.#partitions[partition] ?? []).slice(from, from + 1 + this.dice.below(20));
  }

  /** Commits an offset, unless the member is no longer the owner. */
  commit(member: SimulatedMember, partition: number, offset: number): void {
    if (this.#owners[partition] !== member) return;
    this.#committed[partition] = offset;
  }

  isOwner(member: SimulatedMember, partition: number): boolean {
    return this.#owners[partition] === member;
  }

  /** Starts a new generation, which assigns each partition. Former owners do not notice at once. */
  rebalance(members: readonly [SimulatedMember, ...SimulatedMember[]]): void {
    for (const partition of this.#owners.keys()) {
      this.#owners[partition] = this.dice.pick(members);
    }
  }

  readonly sink: OutcomeSink = {
    send: async (messages) => {
      await turn();
      if (this.dice.chance(0.05 * this.trouble)) throw new Error('the broker is unavailable');
      this.sent.push(...messages);
      if (this.dice.chance(0.05 * this.trouble)) throw new Error('the acknowledgement was lost');
    },
  };
}

/** One member of the consumer group and its process. */
export class SimulatedMember {
  #isAlive = true;

  constructor(
    private readonly kafka: SimulatedKafka,
    private readonly receiver: MessageHandler,
    private readonly dice: SeededRandom,
  ) {}

  /** Simulates SIGKILL: requests that were sent still arrive, and nothing else happens. */
  kill(): void {
    this.#isAlive = false;
  }

  /** Processes a partition for as long as the member believes that it is the owner. */
  async work(partition: number): Promise<void> {
    while (this.#isAlive) {
      await turn();
      if (!this.kafka.isOwner(this, partition)) continue;
      this.receiver.partitionsRevoked();
      await this.#ownGeneration(partition);
    }
  }

  async #ownGeneration(partition: number): Promise<void> {
    let next = this.kafka.committedOf(partition);
    while (this.#isAlive) {
      // The member notices a new generation only sometimes, and continues as a zombie until then.
      if (!this.kafka.isOwner(this, partition) && this.dice.chance(0.3)) return;
      const [first, ...rest] = this.kafka.fetch(partition, next);
      if (first === undefined) {
        await turn();
        if (!this.kafka.isOwner(this, partition)) return;
        // It was given the partition again before it noticed that it had lost it, and its commit was refused.
        if (this.kafka.committedOf(partition) !== next) return;
        continue;
      }
      const done = await this.#handle([first, ...rest]);
      if (!this.#isAlive) return;
      next += done;
      // The commit was lost, so that messages are redelivered from the last committed offset.
      if (this.dice.chance(0.1 * this.kafka.trouble)) return;
      this.kafka.commit(this, partition, next);
    }
  }

  async #handle(messages: IncomingMessages): Promise<number> {
    try {
      const handled = await this.receiver.handle(messages, new AbortController().signal);
      return handled.kind === 'all' ? messages.length : handled.done;
    } catch {
      return 0;
    }
  }
}
