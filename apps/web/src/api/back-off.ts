export interface BackOff {
  readonly msMin: number;
  readonly msMax: number;
}

/** Twice as long after each attempt, and never all readers at once. `chance` is in [0, 1). */
export function backOffMs(attempt: number, { msMin, msMax }: BackOff, chance: number): number {
  const whole = Math.min(msMax, msMin * 2 ** Math.min(attempt, 30));
  return Math.round(whole / 2 + (whole / 2) * chance);
}
