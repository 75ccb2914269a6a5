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

/** Partitions, offsets, generations; outcomes and dead letters. What a broker keeps. */
export class SimulatedKafka {
  readonly #partitions: IncomingMessage[][];
  readonly #committed: number[];
  /** Who may commit for a partition. */
  readonly #owners: (SimulatedMember | null)[];
  readonly sent: OutgoingMessage[] = [];
  /** Set to 0 when faults stop. */
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

  /** Refused for who is not the owner any more. */
  commit(member: SimulatedMember, partition: number, offset: number): void {
    if (this.#owners[partition] !== member) return;
    this.#committed[partition] = offset;
  }

  isOwner(member: SimulatedMember, partition: number): boolean {
    return this.#owners[partition] === member;
  }

  /** A new generation: each partition to somebody. Those before are not told at once. */
  rebalance(members: readonly [SimulatedMember, ...SimulatedMember[]]): void {
    for (const partition of this.#owners.keys()) {
      this.#owners[partition] = this.dice.pick(members);
    }
  }

  readonly sink: OutcomeSink = {
    send: async (messages) => {
      await turn();
      if (this.dice.chance(0.05 * this.trouble)) throw new Error('the broker is away');
      this.sent.push(...messages);
      if (this.dice.chance(0.05 * this.trouble)) throw new Error('the acknowledgement was lost');
    },
  };
}

/** One member of the consumer group, with the process around it. */
export class SimulatedMember {
  #isAlive = true;

  constructor(
    private readonly kafka: SimulatedKafka,
    private readonly receiver: MessageHandler,
    private readonly dice: SeededRandom,
  ) {}

  /** SIGKILL: what it has sent off is under way, and it does nothing more. */
  kill(): void {
    this.#isAlive = false;
  }

  /** Works on a partition for as long as it believes that it is its own. */
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
      // It finds out about a new generation only now and then, and works on as a zombie till then.
      if (!this.kafka.isOwner(this, partition) && this.dice.chance(0.3)) return;
      const [first, ...rest] = this.kafka.fetch(partition, next);
      if (first === undefined) {
        await turn();
        if (!this.kafka.isOwner(this, partition)) return;
        continue;
      }
      const done = await this.#handle([first, ...rest]);
      if (!this.#isAlive) return;
      next += done;
      // Delivered again from the last committed offset: the commit itself was lost.
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
