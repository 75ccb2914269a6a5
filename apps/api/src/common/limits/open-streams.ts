import type { OnModuleDestroy } from '@nestjs/common';
import { tooManyRequests } from '../problems/problem.js';

export interface StreamOptions {
  readonly streamsMax: number;
  readonly subjectStreamsMax: number;
  /** How often the position of the read tables is polled while a stream waits for rows. */
  readonly pollMs: number;
  readonly heartbeatMs: number;
}

const RETRY_AFTER_SECONDS = 10;

/** Counts and bounds the open streams and exports, and ends all of them on shutdown. */
export class OpenStreams implements OnModuleDestroy {
  readonly #open = new Set<AbortController>();
  readonly #countBySubject = new Map<string, number>();

  constructor(
    private readonly options: Pick<StreamOptions, 'streamsMax' | 'subjectStreamsMax'>,
    private readonly onCountChange: (count: number) => void = () => undefined,
  ) {}

  get size(): number {
    return this.#open.size;
  }

  /** Returns a controller whose abort closes the stream. Throws a Problem 429 when a limit is reached. */
  open(subject: string): AbortController {
    const { streamsMax, subjectStreamsMax } = this.options;
    const own = this.#countBySubject.get(subject) ?? 0;
    if (own >= subjectStreamsMax) {
      throw tooManyRequests(
        `This caller has ${own} open streams, which is the limit.`,
        RETRY_AFTER_SECONDS,
      );
    }
    if (this.#open.size >= streamsMax) {
      throw tooManyRequests('The limit of open streams is reached.', RETRY_AFTER_SECONDS);
    }
    const stream = new AbortController();
    this.#open.add(stream);
    this.#countBySubject.set(subject, own + 1);
    this.onCountChange(this.size);
    stream.signal.addEventListener('abort', () => this.#close(subject, stream), { once: true });
    return stream;
  }

  onModuleDestroy(): void {
    for (const stream of [...this.#open]) stream.abort();
  }

  #close(subject: string, stream: AbortController): void {
    this.#open.delete(stream);
    const left = (this.#countBySubject.get(subject) ?? 1) - 1;
    if (left > 0) this.#countBySubject.set(subject, left);
    else this.#countBySubject.delete(subject);
    this.onCountChange(this.size);
  }
}
