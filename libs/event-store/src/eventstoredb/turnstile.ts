import { DeadlinePassed } from './deadline.js';

/** Lets so many in at once; the others wait in order, and none for longer than it may. */
export class Turnstile {
  #inside = 0;
  readonly #waiting = new Set<() => void>();

  constructor(private readonly max: number) {}

  async enter(waitMsMax: number): Promise<void> {
    if (this.#inside < this.max) {
      this.#inside += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const enter = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(enter);
        reject(new DeadlinePassed('waiting for an append to be sent', waitMsMax));
      }, waitMsMax);
      this.#waiting.add(enter);
    });
  }

  leave(): void {
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      next();
      return;
    }
    this.#inside -= 1;
  }
}
