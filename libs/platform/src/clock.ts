/** The time that passes, and the time of day. Passed in, so that a simulation can keep its own. */
export interface Clock {
  /** Milliseconds since some moment; never runs backwards. */
  now(): number;
  /** Milliseconds since 1970. May jump when somebody sets the clock. */
  timeOfDay(): number;
  /** Calls `then` once, `ms` from now, unless the returned function was called before. */
  after(ms: number, then: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  timeOfDay: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};
