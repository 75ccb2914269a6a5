import type { EventLog } from './event-log.js';
import type { WriteOutcome } from './stream-writer.js';

/** What a request is answered with, once it is known whether its events are committed. */
export type Settled =
  | Exclude<WriteOutcome, { kind: 'dropped' }>
  /** Not committed in time: it may be committed later, or was dropped as a repeat of one that may. */
  | { readonly kind: 'timeout'; readonly message: string };

const COMMIT_TIMEOUT = 'Commit phase timeout.';
const CANCELED = 'Request canceled by server';

/** The writes that wait to be committed, as the server's request managers do. */
export class CommitWaits {
  readonly #cancels = new Set<(message: string) => void>();

  constructor(
    private readonly log: EventLog,
    private readonly schedule: (afterMs: number, action: () => void) => () => void,
    private readonly timeoutMs: number,
  ) {}

  settle(outcome: WriteOutcome, answer: (settled: Settled) => void): void {
    if (outcome.kind === 'dropped') {
      this.#register(answer);
      return;
    }
    const { position } = outcome.kind === 'written' ? outcome : { position: null };
    if (position === null || this.log.isCommitted(position)) {
      answer(outcome);
      return;
    }
    const settle = this.#register(answer);
    this.log.onCommitted(position, () => settle(outcome));
  }

  /** A node that stops gives up what it waits for, committed later or not. */
  cancelAll(): void {
    for (const cancel of [...this.#cancels]) cancel(CANCELED);
  }

  /** Drops all waiting writes without an answer. */
  abandonAll(): void {
    this.#cancels.clear();
  }

  #register(answer: (settled: Settled) => void): (settled: Settled) => void {
    const settle = (settled: Settled) => {
      if (!this.#cancels.delete(cancel)) return;
      callOff();
      answer(settled);
    };
    const cancel = (message: string) => settle({ kind: 'timeout', message });
    const callOff = this.schedule(this.timeoutMs, () => cancel(COMMIT_TIMEOUT));
    this.#cancels.add(cancel);
    return settle;
  }
}
