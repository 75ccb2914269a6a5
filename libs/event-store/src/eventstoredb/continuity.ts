import { PermanentStoreError, type RecordedEvent } from '../port.js';

/** Streams whose last revision is remembered; the one that was quiet for longest is forgotten. */
const STREAMS_MAX = 100_000;

/** Positions of `$all` are no numbers to count by, so that a hole is looked for in each stream. */
export class Continuity {
  readonly #last = new Map<string, number>();

  constructor(private readonly streamsMax: number = STREAMS_MAX) {}

  check({ stream, revision }: RecordedEvent): void {
    const last = this.#last.get(stream);
    if (last !== undefined && revision !== last + 1) {
      throw new PermanentStoreError(
        'broken-order',
        `stream ${stream} came with revision ${revision} behind ${last}`,
      );
    }
    this.#last.delete(stream);
    this.#last.set(stream, revision);
    if (this.#last.size <= this.streamsMax) return;
    for (const quietest of this.#last.keys()) {
      this.#last.delete(quietest);
      return;
    }
  }
}
