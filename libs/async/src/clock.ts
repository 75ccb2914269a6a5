/** Passed to whatever waits, so that a test can let time pass without waiting for it. */
export interface Clock {
  /** Milliseconds since some moment; never runs backwards. */
  now(): number;
  /** Milliseconds since 1970; jumps when the system's clock is set. */
  timeOfDay(): number;
  /** Calls `callback` once, `ms` from now, unless the returned function is called first. */
  after(ms: number, callback: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  timeOfDay: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
