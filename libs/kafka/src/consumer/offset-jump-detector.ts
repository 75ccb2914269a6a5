/** Messages were skipped, or came from an offset before one that was already handled. */
export interface OffsetJump {
  readonly partition: number;
  readonly kind: 'skipped' | 'went-back' | 'out-of-range';
  /** null: it is not known. */
  readonly expected: string | null;
  /** null: no message has arrived yet. */
  readonly found: string | null;
}

/**
 * kafkajs resets an offset that is out of range without an error (messages were deleted unread, or the
 * topic was created again). The ledger tolerates repeats, but an operator has to know of a jump.
 */
export class OffsetJumpDetector {
  readonly #expected = new Map<number, bigint>();
  readonly #committed = new Map<number, bigint>();

  /** Other consumers may advance the partitions: only what this one committed is still certain. */
  partitionsRevoked(): void {
    this.#expected.clear();
  }

  /** Messages arrived, the first of them at `offset`. */
  arrived(partition: number, offset: string): OffsetJump | null {
    const found = BigInt(offset);
    const expected = this.#expected.get(partition);
    const atLeast = expected ?? this.#committed.get(partition) ?? 0n;
    this.#expected.set(partition, found);
    if (found < atLeast) {
      this.#committed.delete(partition);
      return { partition, kind: 'went-back', expected: String(atLeast), found: offset };
    }
    if (expected !== undefined && found > expected) {
      return { partition, kind: 'skipped', expected: String(expected), found: offset };
    }
    return null;
  }

  /** Everything up to and including `offset` is handled. */
  handled(partition: number, offset: string): void {
    this.#expected.set(partition, BigInt(offset) + 1n);
  }

  committed(partition: number, next: string): void {
    this.#committed.set(partition, BigInt(next));
  }

  /** kafkajs reported the partition's offset to be out of range. */
  outOfRange(partition: number): OffsetJump {
    const expected = this.#expected.get(partition) ?? this.#committed.get(partition);
    this.#expected.delete(partition);
    this.#committed.delete(partition);
    return {
      partition,
      kind: 'out-of-range',
      expected: expected === undefined ? null : String(expected),
      found: null,
    };
  }
}
