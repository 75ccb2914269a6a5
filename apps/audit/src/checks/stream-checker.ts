import type { StoredEvent } from '../store/event-source.js';
import type { Damage, DamageKind } from './findings.js';
import { CHAIN_START, HashChain } from './hash-chain.js';

export type Report = (damage: Damage) => void;

export function reportAt(
  report: Report,
  kind: DamageKind,
  { position, stream, revision }: StoredEvent,
  detail: string,
): void {
  report({ kind, position, stream, revision, detail });
}

/** Checks what holds for every stream of the ledger: revisions, the order in the store and the chain. */
export class StreamChecker {
  readonly #chain: HashChain;
  #previousHash = CHAIN_START;
  /** The hash that the damaged event before should have had; null: that event was intact. */
  #recomputedHash: string | null = null;
  #last: StoredEvent | null = null;

  constructor(
    stream: string,
    private readonly report: Report,
    /** Called where events are missing before the one that is checked, or it is a second one. */
    private readonly onGap: () => void = () => {},
  ) {
    this.#chain = new HashChain(stream);
  }

  check(stored: StoredEvent): void {
    if (this.#checkOrder(stored)) this.#checkHash(stored);
    else this.#continueFrom(stored.hash);
    this.#last = stored;
  }

  /** Whether the chain can be checked: behind a gap the hash to continue from is missing. */
  #checkOrder(stored: StoredEvent): boolean {
    const expected = (this.#last?.revision ?? -1) + 1;
    if (stored.revision > expected) {
      const missing = stored.revision - expected;
      const detail = `${missing} missing before it, from revision ${expected} on`;
      reportAt(this.report, 'revision-gap', stored, detail);
      this.onGap();
    } else if (stored.revision < expected) {
      const detail = `revision ${expected - 1} came before it`;
      reportAt(this.report, 'revision-repeated', stored, detail);
      this.onGap();
    }
    if (this.#last !== null && stored.position <= this.#last.position) {
      const detail = `the revision before it is at ${this.#last.position}`;
      reportAt(this.report, 'order-broken', stored, detail);
    }
    return stored.revision === expected;
  }

  #checkHash(stored: StoredEvent): void {
    const computed = this.#chain.hashOf(this.#previousHash, stored);
    if (computed === stored.hash) return this.#continueFrom(computed);
    const recomputed = this.#recomputedHash;
    if (recomputed !== null && this.#chain.hashOf(recomputed, stored) === stored.hash) {
      // Only the hash of the event before was changed: this event is as it was written.
      return this.#continueFrom(stored.hash);
    }
    this.#continueFrom(stored.hash);
    this.#recomputedHash = computed;
    reportAt(this.report, 'hash-broken', stored, `stored ${stored.hash}, computed ${computed}`);
  }

  #continueFrom(eventHash: string): void {
    this.#previousHash = eventHash;
    this.#recomputedHash = null;
  }
}
