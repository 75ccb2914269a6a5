import { sleep } from '#async';
import {
  AccountCommandProcessor,
  RetryableCommandError,
  toLedgerCommand,
  type CommandResult,
  type SentCommand,
} from '#commands';
import type { EventStore } from '#event-store';
import { digestedData } from '#identity';
import { SettingsReader } from '#settings';
import type { SeededRandom } from '#testing';

const POINTS_MAX = 60;
const AGAIN_MS = 200;
const PAUSE_MS_MAX = 600;
const DRAIN_MS_MAX = 10_000;

/** How the commands of one user were answered in the end, by their ids, each with its points. */
export interface Answered {
  readonly accepted: Map<string, number>;
  readonly refused: Map<string, number>;
}

/**
 * A service that knows of this ledger only. It sends commands for users who may not be here yet, and each of
 * them again, with the same id, until it is answered.
 */
export class NewService {
  readonly #processor: AccountCommandProcessor;
  readonly #settings: SettingsReader;
  readonly answered = new Map<string, Answered>();
  /** How often somebody was not taken over yet, and how often a server was away. */
  readonly #counts = { sent: 0, notYet: 0, failed: 0, repeated: 0 };

  constructor(
    store: EventStore,
    private readonly dice: SeededRandom,
  ) {
    this.#settings = new SettingsReader({ store });
    this.#processor = new AccountCommandProcessor({ store, settings: this.#settings });
  }

  get counts(): Readonly<Record<string, number>> {
    return this.#counts;
  }

  /** Ends behind the first answer after it is over. */
  async serve(userId: string, isOver: () => boolean): Promise<void> {
    const own: Answered = { accepted: new Map(), refused: new Map() };
    this.answered.set(userId, own);
    for (let number = 0, isLast = false; !isLast; number += 1) {
      isLast = isOver();
      const points = 1 + this.dice.below(POINTS_MAX);
      const data = { user_id: userId, points, source_type: 'tts' };
      const id = `job-${number}`;
      const sent: SentCommand = { type: 'ConsumePoints', data, source: '/new', id };
      const { answer } = await this.#untilAnswered(sent);
      own[answer.status].set(id, points);
      if (this.dice.chance(0.2)) await this.#repeat(sent, answer.balance);
      await sleep(this.dice.below(PAUSE_MS_MAX));
    }
  }

  /** Commands that are not answered yet fail. */
  async close(): Promise<void> {
    await this.#processor.drain(DRAIN_MS_MAX);
    await this.#settings.stop();
  }

  /** As after an answer that was lost. */
  async #repeat(sent: SentCommand, balance: number): Promise<void> {
    this.#counts.repeated += 1;
    const { answer } = await this.#untilAnswered(sent);
    expect(answer).toMatchObject({ replayed: true, balance });
  }

  async #untilAnswered(sent: SentCommand): Promise<CommandResult> {
    for (;;) {
      this.#counts.sent += 1;
      const data = digestedData(sent.data);
      const command = toLedgerCommand(sent, new Date().toISOString(), data);
      try {
        const origin = { correlation: 'new-service', data };
        const result = await this.#processor.run(command, origin);
        if (result.answer.code !== 'NotTakenOver') return result;
        this.#counts.notYet += 1;
      } catch (error) {
        if (!isSentAgain(error)) throw error;
        this.#counts.failed += 1;
      }
      await sleep(AGAIN_MS);
    }
  }
}

const isSentAgain = (error: unknown): boolean =>
  error instanceof RetryableCommandError && error.code !== 'closing';
