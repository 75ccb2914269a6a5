/** The source of time of everything that waits, so that a test can advance time without waiting. */
export interface Clock {
  /** Milliseconds since an arbitrary time. They never run backwards. */
  now(): number;
  /** Milliseconds since 1970. They jump when the system's clock is set. */
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
