export interface GatheringLimits {
  /** Of what one run takes; a larger item runs alone. */
  readonly runSizeMax: number;
  readonly runItemsMax: number;
  /** From here on `add` waits for room. */
  readonly waitingItemsMax: number;
}

export interface GatheringWork<T> {
  run(items: readonly T[]): Promise<void>;
  sizeOf(item: T): number;
  /** After such an error every caller's items run again for themselves, so that one can't harm the others. */
  mayBeOneItem(error: unknown): boolean;
}

interface Waiting<T> {
  readonly item: T;
  readonly caller: Caller;
}

interface Caller {
  itemsLeft: number;
  settle(error?: unknown): void;
}

/** One run at a time, over everything that came in during the run before, in order. */
export class GatheringQueue<T> {
  readonly #waiting: Waiting<T>[] = [];
  readonly #wantIdle: (() => void)[] = [];
  #roomCame: (() => void) | null = null;
  #lastAdmitted: Promise<void> = Promise.resolve();
  #running = false;

  constructor(
    private readonly work: GatheringWork<T>,
    private readonly limits: GatheringLimits,
  ) {}

  /** Resolves when all the items were in a run that went well, rejects when one's run failed. */
  add(items: readonly T[]): Promise<void> {
    if (items.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const caller: Caller = {
        itemsLeft: items.length,
        settle: (error) => (error === undefined ? resolve() : reject(asError(error))),
      };
      this.#lastAdmitted = this.#lastAdmitted.then(() => this.#admit(items, caller));
    });
  }

  /** Resolves when nothing waits and nothing runs. */
  async idle(): Promise<void> {
    await this.#lastAdmitted;
    if (!this.#running) return;
    await new Promise<void>((idle) => this.#wantIdle.push(idle));
  }

  async #admit(items: readonly T[], caller: Caller): Promise<void> {
    while (this.#waiting.length >= this.limits.waitingItemsMax) {
      await new Promise<void>((room) => (this.#roomCame = room));
    }
    for (const item of items) this.#waiting.push({ item, caller });
    void this.#drain();
  }

  async #drain(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (this.#waiting.length > 0) {
      const gathered = this.#waiting.splice(0, this.#countOfNextRun());
      this.#roomCame?.();
      await this.#runOnce(gathered);
    }
    this.#running = false;
    for (const idle of this.#wantIdle.splice(0)) idle();
  }

  async #runOnce(gathered: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.work.run(gathered.map(({ item }) => item));
      for (const { caller } of gathered) if (--caller.itemsLeft === 0) caller.settle();
    } catch (error) {
      const callers = new Set(gathered.map(({ caller }) => caller));
      if (callers.size === 1 || !this.work.mayBeOneItem(error)) {
        for (const caller of callers) caller.settle(error);
        return;
      }
      for (const one of callers) await this.#runOnce(gathered.filter((w) => w.caller === one));
    }
  }

  #countOfNextRun(): number {
    let size = 0;
    let count = 0;
    for (const { item } of this.#waiting) {
      size += this.work.sizeOf(item);
      if (count > 0 && (size > this.limits.runSizeMax || count >= this.limits.runItemsMax)) break;
      count++;
    }
    return count;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
