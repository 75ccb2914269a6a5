/** A summary of suppressed lines. */
export interface RepeatSummary {
  readonly cause: string;
  /** How many lines were suppressed since the last summary, by their `msg`. */
  readonly suppressed: Readonly<Record<string, number>>;
  readonly lines: number;
}

export interface RepeatLimits {
  /** The same error is written once in this time. */
  readonly everyMs: number;
  /** How many different errors are known at a time. */
  readonly causesMax: number;
}

const LIMITS: RepeatLimits = { everyMs: 30_000, causesMax: 100 };
const MESSAGES_MAX = 20;

interface ErrorGroup {
  readonly cause: string;
  readonly suppressed: Map<string, number>;
  timer: NodeJS.Timeout;
}

/**
 * Logs the same error once, however often and wherever it occurs: an unavailable store fails every
 * part of a process that uses it, several times a second. Suppressed lines are counted, and
 * summed up in one line at intervals.
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

  /** True when the line is to be written; otherwise it is counted. */
  isNew(cause: string, message: string): boolean {
    const key = withoutNumbers(cause);
    const known = this.#groups.get(key);
    if (known === undefined) {
      this.#addGroup(key, cause);
      return true;
    }
    const { suppressed } = known;
    const name = suppressed.size < MESSAGES_MAX || suppressed.has(message) ? message : 'others';
    suppressed.set(name, (suppressed.get(name) ?? 0) + 1);
    return false;
  }

  #addGroup(key: string, cause: string): void {
    if (this.#groups.size >= this.#limits.causesMax) {
      const [oldest] = this.#groups.keys();
      if (oldest !== undefined) this.#removeGroup(oldest);
    }
    this.#groups.set(key, { cause, suppressed: new Map(), timer: this.#scheduleSummary(key) });
  }

  #scheduleSummary(key: string): NodeJS.Timeout {
    // The timer must not keep the process alive.
    return setTimeout(() => this.#summarize(key), this.#limits.everyMs).unref();
  }

  /** An error that did not recur for that long is over: the next one is written at once. */
  #summarize(key: string): void {
    const group = this.#groups.get(key);
    if (group === undefined) return;
    if (group.suppressed.size === 0) {
      this.#groups.delete(key);
      return;
    }
    this.#report(group);
    group.suppressed.clear();
    group.timer = this.#scheduleSummary(key);
  }

  #removeGroup(key: string): void {
    const group = this.#groups.get(key);
    this.#groups.delete(key);
    if (group === undefined) return;
    clearTimeout(group.timer);
    if (group.suppressed.size > 0) this.#report(group);
  }

  #report({ cause, suppressed }: ErrorGroup): void {
    const lines = [...suppressed.values()].reduce((sum, count) => sum + count, 0);
    this.report({ cause, suppressed: Object.fromEntries(suppressed), lines });
  }
}

/** Errors that differ in ids, ports or amounts only are the same. */
const withoutNumbers = (text: string): string =>
  text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, '#').replace(/\d+/g, '#');
