import type { OnModuleDestroy } from '@nestjs/common';
import { tooMany } from '../problems/problem.js';

export interface StreamTerms {
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
  readonly #ofSubject = new Map<string, number>();

  constructor(
    private readonly terms: Pick<StreamTerms, 'streamsMax' | 'subjectStreamsMax'>,
    private readonly changed: (count: number) => void = () => undefined,
  ) {}

  get size(): number {
    return this.#open.size;
  }

  /** Aborting it closes the stream, whoever does. Throws a Problem 429 when there is no room. */
  open(subject: string): AbortController {
    const { streamsMax, subjectStreamsMax } = this.terms;
    const own = this.#ofSubject.get(subject) ?? 0;
    if (own >= subjectStreamsMax) {
      throw tooMany(`You have ${own} streams open already.`, RETRY_AFTER_SECONDS);
    }
    if (this.#open.size >= streamsMax) {
      throw tooMany('There is no room for another stream.', RETRY_AFTER_SECONDS);
    }
    const stream = new AbortController();
    this.#open.add(stream);
    this.#ofSubject.set(subject, own + 1);
    this.changed(this.size);
    stream.signal.addEventListener('abort', () => this.#close(subject, stream), { once: true });
    return stream;
  }

  onModuleDestroy(): void {
    for (const stream of [...this.#open]) stream.abort();
  }

  #close(subject: string, stream: AbortController): void {
    this.#open.delete(stream);
    const left = (this.#ofSubject.get(subject) ?? 1) - 1;
    if (left > 0) this.#ofSubject.set(subject, left);
    else this.#ofSubject.delete(subject);
    this.changed(this.size);
  }
}
