import type { OnModuleDestroy } from '@nestjs/common';
import { tooManyRequests } from '../problems/problem.js';

export interface StreamOptions {
  readonly streamsMax: number;
  readonly subjectStreamsMax: number;
  /** How often the tables are asked for news while somebody waits for it. */
  readonly pollMs: number;
  readonly heartbeatMs: number;
}

const RETRY_AFTER_SECONDS = 10;

/** Answers that go on: counted, bounded, and all ended when the process stops. */
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

  /** Aborting it closes the stream, whoever does. Throws a Problem 429 when there is no room. */
  open(subject: string): AbortController {
    const { streamsMax, subjectStreamsMax } = this.options;
    const own = this.#countBySubject.get(subject) ?? 0;
    if (own >= subjectStreamsMax) {
      throw tooManyRequests(`You have ${own} streams open already.`, RETRY_AFTER_SECONDS);
    }
    if (this.#open.size >= streamsMax) {
      throw tooManyRequests('There is no room for another stream.', RETRY_AFTER_SECONDS);
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
