import { ManualClock } from '#async/testing';

/** Stands still until a test moves it, and tells moments as the settings do. */
export class TestClock extends ManualClock {
  get iso(): string {
    return this.in(0);
  }

  /** The moment so many seconds from now. */
  in(seconds: number): string {
    return new Date(this.timeOfDay() + seconds * 1_000).toISOString();
  }

  pass(seconds: number): void {
    this.advanceNow(seconds * 1_000);
  }
}
