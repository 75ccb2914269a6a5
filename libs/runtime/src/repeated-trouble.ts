/** What a line that stands for many tells. */
export interface TroubleSummary {
  readonly cause: string;
  /** How many lines were left out since the last one, by their `msg`. */
  readonly leftOut: Readonly<Record<string, number>>;
  readonly lines: number;
}

export interface TroubleLimits {
  /** The same trouble is written once in this time. */
  readonly everyMs: number;
  /** Of different troubles that are known at a time. */
  readonly troublesMax: number;
}

const LIMITS: TroubleLimits = { everyMs: 30_000, troublesMax: 100 };
const MESSAGES_MAX = 20;

interface Trouble {
  readonly cause: string;
  readonly leftOut: Map<string, number>;
  timer: NodeJS.Timeout;
}

/**
 * One trouble is told once, whoever meets it and however often: a store that is away is met by every
 * part of a process that needs it, several times a second. What was left out is counted, and told as
 * one line from time to time.
 */
export class RepeatedTrouble {
  readonly #troubles = new Map<string, Trouble>();
  readonly #limits: TroubleLimits;

  constructor(
    private readonly tell: (summary: TroubleSummary) => void,
    limits: Partial<TroubleLimits> = {},
  ) {
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Whether the line is to be written; else it is counted. */
  isNew(cause: string, message: string): boolean {
    const key = withoutNumbers(cause);
    const known = this.#troubles.get(key);
    if (known === undefined) {
      this.#begin(key, cause);
      return true;
    }
    const { leftOut } = known;
    const name = leftOut.size < MESSAGES_MAX || leftOut.has(message) ? message : 'others';
    leftOut.set(name, (leftOut.get(name) ?? 0) + 1);
    return false;
  }

  #begin(key: string, cause: string): void {
    if (this.#troubles.size >= this.#limits.troublesMax) {
      const [oldest] = this.#troubles.keys();
      if (oldest !== undefined) this.#end(oldest);
    }
    this.#troubles.set(key, { cause, leftOut: new Map(), timer: this.#after(key) });
  }

  #after(key: string): NodeJS.Timeout {
    // It must not keep a process that is through with its work.
    return setTimeout(() => this.#sumUp(key), this.#limits.everyMs).unref();
  }

  /** A trouble that was not met for that long is over: the next time it is told at once. */
  #sumUp(key: string): void {
    const trouble = this.#troubles.get(key);
    if (trouble === undefined) return;
    if (trouble.leftOut.size === 0) {
      this.#troubles.delete(key);
      return;
    }
    this.#tellOf(trouble);
    trouble.leftOut.clear();
    trouble.timer = this.#after(key);
  }

  #end(key: string): void {
    const trouble = this.#troubles.get(key);
    this.#troubles.delete(key);
    if (trouble === undefined) return;
    clearTimeout(trouble.timer);
    if (trouble.leftOut.size > 0) this.#tellOf(trouble);
  }

  #tellOf({ cause, leftOut }: Trouble): void {
    const lines = [...leftOut.values()].reduce((sum, count) => sum + count, 0);
    this.tell({ cause, leftOut: Object.fromEntries(leftOut), lines });
  }
}

/** Ids, ports and amounts make no other trouble of it. */
const withoutNumbers = (text: string): string =>
  text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, '#').replace(/\d+/g, '#');
