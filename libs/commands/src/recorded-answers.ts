import type { Position, RecordedEvent } from '#event-store';
import { repeatAnswer, type LedgerEvent } from '#ledger';
import { eventOf } from './account-loader.js';
import type { ProcessorContext } from './processor-options.js';
import { AccountDamaged } from './errors.js';
import type { CommandResult, RepeatedCommand } from './command-batch.js';
import { StoreRetry, isPermanent } from './store-retry.js';
import { readPage } from './read-page.js';

const PAGE_EVENTS_MAX = 500;

/** Answers repeated commands of one account. After a failure, the ones behind it are rejected too. */
export async function answerRepeats(
  stream: string,
  repeats: readonly RepeatedCommand[],
  context: ProcessorContext,
): Promise<void> {
  const recordedAnswers = new RecordedAnswers(stream, repeats.length, context);
  let failure: { readonly error: unknown } | null = null;
  for (const repeat of repeats.toSorted((a, b) => a.revision - b.revision)) {
    if (failure === null) {
      try {
        repeat.pending.resolve(await recordedAnswers.answer(repeat));
        continue;
      } catch (error) {
        if (isPermanent(error)) context.observer.alarm(error);
        failure = { error };
      }
    }
    repeat.pending.reject(failure.error);
  }
}

/**
 * Reads the recorded answers to repeated commands of one account. Called in the order of revisions,
 * it reads hardly any event twice.
 */
class RecordedAnswers {
  #page: readonly RecordedEvent[] = [];
  readonly #pageEvents: number;
  readonly #retry: StoreRetry;

  /** `answers` is how many are needed. After a redelivery most of them are recorded side by side. */
  constructor(
    private readonly stream: string,
    answers: number,
    private readonly context: ProcessorContext,
  ) {
    this.#pageEvents = Math.min(PAGE_EVENTS_MAX, 6 + 2 * answers);
    this.#retry = new StoreRetry(context);
  }

  async answer({ pending, revision, now }: RepeatedCommand): Promise<CommandResult> {
    const { command } = pending;
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
      throw new AccountDamaged(this.stream, revision, 'the recorded answer is missing');
    }
    const answer = repeatAnswer(command, [first, ...rest], revision, now);
    return { answer, position: answer.revision === null ? null : position };
  }

  async #eventAt(revision: number): Promise<RecordedEvent | undefined> {
    const found = this.#inPage(revision);
    if (found !== undefined) return found;
    const { store, observer } = this.context;
    this.#page = await this.#retry.read(
      () => readPage(store, this.stream, revision, this.#pageEvents),
      (cause) => observer.readFailed(this.stream, cause),
    );
    return this.#inPage(revision);
  }

  #inPage(revision: number): RecordedEvent | undefined {
    const first = this.#page[0];
    return first && this.#page[revision - first.revision];
  }
}
