/** Messages were left out, or came from an older place than was known to be through. */
export interface OffsetJump {
  readonly partition: number;
  readonly kind: 'skipped' | 'went-back' | 'out-of-range';
  /** null: not known, or none arrived yet. */
  readonly expected: string | null;
  readonly found: string | null;
}

/**
 * kafkajs goes to the beginning in silence when an offset is out of range (messages deleted unread,
 * a topic made anew). Repeats do no harm here, but somebody has to look at a jump.
 */
export class OffsetJumpDetector {
  readonly #expected = new Map<number, bigint>();
  readonly #committed = new Map<number, bigint>();

  /** Others may have gone on with the partitions: only what was committed from here still stands. */
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

  /** Everything up to and with `offset` is through. */
  handled(partition: number, offset: string): void {
    this.#expected.set(partition, BigInt(offset) + 1n);
  }

  committed(partition: number, next: string): void {
    this.#committed.set(partition, BigInt(next));
  }

  /** kafkajs says so in its log, and nowhere else. */
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
