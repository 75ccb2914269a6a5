/** What a line that stands for many tells. */
export interface RepeatSummary {
  readonly cause: string;
  /** How many lines were left out since the last one, by their `msg`. */
  readonly leftOut: Readonly<Record<string, number>>;
  readonly lines: number;
}

export interface RepeatLimits {
  /** The same trouble is written once in this time. */
  readonly everyMs: number;
  /** Of different troubles that are known at a time. */
  readonly causesMax: number;
}

const LIMITS: RepeatLimits = { everyMs: 30_000, causesMax: 100 };
const MESSAGES_MAX = 20;

interface ErrorGroup {
  readonly cause: string;
  readonly leftOut: Map<string, number>;
  timer: NodeJS.Timeout;
}

/**
 * One trouble is told once, whoever meets it and however often: a store that is away is met by every
 * part of a process that needs it, several times a second. What was left out is counted, and told as
 * one line from time to time.
 */
export class RepeatedErrors {
  readonly #groups = new Map<string, ErrorGroup>();
  readonly #limits: RepeatLimits;

  constructor(
    private readonly report: (summary: RepeatSummary) => void,
    limits: Partial<RepeatLimits> = {},
  ) {
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Whether the line is to be written; else it is counted. */
  isNew(cause: string, message: string): boolean {
    const key = withoutNumbers(cause);
    const known = this.#groups.get(key);
    if (known === undefined) {
      this.#addGroup(key, cause);
      return true;
    }
    const { leftOut } = known;
    const name = leftOut.size < MESSAGES_MAX || leftOut.has(message) ? message : 'others';
    leftOut.set(name, (leftOut.get(name) ?? 0) + 1);
    return false;
  }

  #addGroup(key: string, cause: string): void {
    if (this.#groups.size >= this.#limits.causesMax) {
      const [oldest] = this.#groups.keys();
      if (oldest !== undefined) this.#removeGroup(oldest);
    }
    this.#groups.set(key, { cause, leftOut: new Map(), timer: this.#scheduleSummary(key) });
  }

  #scheduleSummary(key: string): NodeJS.Timeout {
    // It must not keep a process that is through with its work.
    return setTimeout(() => this.#summarize(key), this.#limits.everyMs).unref();
  }

  /** A trouble that was not met for that long is over: the next time it is told at once. */
  #summarize(key: string): void {
    const group = this.#groups.get(key);
    if (group === undefined) return;
    if (group.leftOut.size === 0) {
      this.#groups.delete(key);
      return;
    }
    this.#report(group);
    group.leftOut.clear();
    group.timer = this.#scheduleSummary(key);
  }

  #removeGroup(key: string): void {
    const group = this.#groups.get(key);
    this.#groups.delete(key);
    if (group === undefined) return;
    clearTimeout(group.timer);
    if (group.leftOut.size > 0) this.#report(group);
  }

  #report({ cause, leftOut }: ErrorGroup): void {
    const lines = [...leftOut.values()].reduce((sum, count) => sum + count, 0);
    this.report({ cause, leftOut: Object.fromEntries(leftOut), lines });
  }
}

/** Ids, ports and amounts make no other trouble of it. */
const withoutNumbers = (text: string): string =>
  text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, '#').replace(/\d+/g, '#');
