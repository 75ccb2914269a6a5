const REPORT_EVERY_MS = 30_000;

/** Reports how far a run of many seeds is, and how long the rest takes if it goes on as fast. */
export class Progress {
  readonly #begunAt: number;
  #reportedAt: number;
  #done = 0;

  constructor(
    private readonly messages: number,
    private readonly report: (line: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#begunAt = now();
    this.#reportedAt = this.#begunAt;
  }

  /** Another seed has run so many of all messages. */
  finished(seed: number, messages: number): void {
    this.#done += messages;
    const now = this.now();
    if (now - this.#reportedAt < REPORT_EVERY_MS) return;
    this.#reportedAt = now;
    const percent = Math.floor((100 * this.#done) / this.messages);
    const leftMs = ((now - this.#begunAt) / this.#done) * (this.messages - this.#done);
    this.report(`simulation: seed ${seed}, ${percent} % done, ${inMinutes(leftMs)} left\n`);
  }
}

function inMinutes(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
