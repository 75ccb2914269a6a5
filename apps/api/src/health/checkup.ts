import { GREEN, type Clock, type Health } from '#runtime';

/** One thing without which work does not flow. */
export interface Check {
  readonly part: string;
  /** null: it is well. Else why not; rejecting is no as well. */
  look(): Promise<string | null>;
}

const EVERY_MS = 2_000;
const ANSWER_WAIT_MS_MAX = 3_000;

/** Looks at every part again and again, and reports it: probes are answered at once, from memory. */
export class Checkup {
  #isStopped = false;
  #cancels = new Set<() => void>();

  constructor(
    private readonly checks: readonly Check[],
    private readonly health: Health,
    private readonly clock: Pick<Clock, 'after'>,
  ) {}

  /** Resolves when every part was looked at once. */
  async start(): Promise<void> {
    await Promise.all(this.checks.map((check) => this.#lookAgain(check)));
  }

  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#cancels) cancel();
  }

  async #lookAgain(check: Check): Promise<void> {
    const fault = await this.#faultOf(check);
    if (this.#isStopped) return;
    this.health.report(check.part, fault === null ? GREEN : { state: 'red', reason: fault });
    this.#after(EVERY_MS, () => void this.#lookAgain(check));
  }

  async #faultOf(check: Check): Promise<string | null> {
    let cancel = (): void => undefined;
    const late = new Promise<string>((resolve) => {
      cancel = this.#after(ANSWER_WAIT_MS_MAX, () => resolve('gives no answer'));
    });
    try {
      return await Promise.race([check.look(), late]);
    } catch {
      // What a driver says may hold an address or a name.
      return 'is away';
    } finally {
      cancel();
    }
  }

  #after(ms: number, then: () => void): () => void {
    const cancel = this.clock.after(ms, () => {
      this.#cancels.delete(done);
      then();
    });
    const done = (): void => {
      cancel();
      this.#cancels.delete(done);
    };
    this.#cancels.add(done);
    return done;
  }
}
