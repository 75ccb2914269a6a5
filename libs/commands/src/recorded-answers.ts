import type { Position, RecordedEvent } from '#event-store';
import { repeatAnswer, type LedgerEvent } from '#ledger';
import { eventOf } from './account-loader.js';
import type { ProcessorContext } from './processor-options.js';
import { AccountDamaged } from './errors.js';
import type { CommandResult, RepeatedCommand } from './command-batch.js';
import { RetryBudget } from './retry-budget.js';
import { readPage } from './read-page.js';

const PAGE_EVENTS_MAX = 500;

/** Reads first answers of one account again. Asked in order of revision, it reads little twice. */
export class RecordedAnswers {
  #page: readonly RecordedEvent[] = [];
  readonly #pageEvents: number;
  readonly #retryBudget: RetryBudget;

  /** `answers`: how many it will be asked for; those of a redelivery mostly stand side by side. */
  constructor(
    private readonly stream: string,
    answers: number,
    private readonly context: ProcessorContext,
  ) {
    this.#pageEvents = Math.min(PAGE_EVENTS_MAX, 6 + 2 * answers);
    this.#retryBudget = new RetryBudget(context);
  }

  async answer({ waiting, revision, balance }: RepeatedCommand): Promise<CommandResult> {
    const { command } = waiting;
    const events: LedgerEvent[] = [];
    let position: Position | null = null;
    for (;;) {
      const recorded = await this.#eventAt(revision + events.length);
      const event = recorded && eventOf(recorded);
      if (event?.commandId !== command.commandId) break;
      events.push(event);
      position = recorded?.position ?? null;
    }
    const [first, ...rest] = events;
    if (first === undefined) {
      throw new AccountDamaged(this.stream, revision, 'the answer that was here is gone');
    }
    const answer = repeatAnswer(command, [first, ...rest], revision, balance);
    return { answer, position: answer.revision === null ? null : position };
  }

  async #eventAt(revision: number): Promise<RecordedEvent | undefined> {
    const found = this.#inPage(revision);
    if (found !== undefined) return found;
    const { store, observer } = this.context;
    this.#page = await this.#retryBudget.readWithRetry(
      () => readPage(store, this.stream, revision, this.#pageEvents),
      (cause) => observer.unread(this.stream, cause),
    );
    return this.#inPage(revision);
  }

  #inPage(revision: number): RecordedEvent | undefined {
    const first = this.#page[0];
    return first && this.#page[revision - first.revision];
  }
}
